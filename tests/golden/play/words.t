# Words of the palette that take a text: it goes into the field that the action opens.
sql INSERT INTO apps (name, release, created_us) VALUES ('shop', '', 1764590400000000)
keys :
type grep COPY
keys Enter
wait hit
screen words-grep
keys 1 :
type log-filter npm
keys Enter
wait &npm
screen words-filtered
keys Esc :
type w /nonexistent/x.log
keys Enter
wait cannot write '/nonexistent/x.log'
keys :
type grep [
keys Enter
wait missing
keys :
type build ./services/web
keys Enter
screen words-build
keys Esc 1 :
type filter node
keys Enter
screen words-rows
keys Esc :
type export BHGTPLKMNBV
keys Enter
wait BHGTPLKMNBV.tgz
keys Esc :
type set wrap
keys Enter
wait wrap
keys :
type app web
keys Enter
wait this is 'web'
keys :
type rack shop
keys Enter
wait no app and no rack has these letters
keys Esc :
type app shop
keys Enter
wait nothing promoted yet
