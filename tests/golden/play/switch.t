# Another app, or another rack, by some letters of its name.
sql INSERT INTO apps (name, release, created_us) VALUES ('shop', '', 1764590400000000)
keys ^O
wait on this machine
screen switch-open
type shp
screen switch-found
keys Enter
wait nothing promoted yet
screen switch-gone
keys ^O
wait on this machine
type nosuch
screen switch-none
keys Esc
keys ^O
wait on this machine
type web
keys Enter
wait BXCVQWERTYU
