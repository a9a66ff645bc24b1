# Parameters of the app and of the rack: what they mean, a change after a yes, a wrong one told.
keys o
wait KeepBuilds
screen params-app
keys j j Enter
type 5
keys Enter
screen params-draft
keys ^S
screen params-asked
keys y
wait the parameters of web are changed
keys o
wait KeepBuilds
keys j j Enter ^U
type many
keys Enter ^S y
wait parameter KeepBuilds is 'many'
keys x
screen params-default
keys Esc Esc
sql INSERT INTO params (scope, name, value) VALUES ('', 'BuildConcurrency', '3')
keys :
type rack params
keys Enter
wait BuildConcurrency
screen params-rack
