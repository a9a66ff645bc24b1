# Who wished a build, and automatic builds: W asks, starts, and ends them.
size 80x24
sql UPDATE builds SET trigger = 'watch, /src/web' WHERE id = 'BXCVQWERTYU'
sql UPDATE builds SET trigger = 'push, bob to main' WHERE id = 'BHGTPLKMNBV'
wait watch
screen watch-triggers
keys /
type bob
keys Enter
screen watch-filter
keys Esc W
screen watch-dialog
keys Tab Space
screen watch-deploy
keys S-Tab ^U
type /srv
keys ^S
wait watching
screen watch-on
size 120x40
wait watched
screen watch-on-120x40
size 80x24
keys J
screen watch-job
keys x W
wait no longer
screen watch-off
keys W ^S
wait opening
screen watch-nowhere
