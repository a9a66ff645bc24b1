# The palette: all commands, found by letters, run with and without an argument.
keys :
screen palette-open
type thm
screen palette-fuzzy
keys Enter
wait high-contrast
keys Esc
keys :
type wrap
keys Enter
screen palette-wrapped
keys 1 :
type promote RHJKLQWERTY
screen palette-argument
keys Enter
wait y promote it
keys Esc :
type releases promote RNOSUCH
keys Enter
wait RNOSUCH
keys Esc :
type frobnicate
screen palette-none
keys Enter
wait there is no command 'frobnicate'
keys :
type zoom 3
keys Enter
wait 'zoom' takes no argument: '3'
keys :
type map promote K
keys Enter
wait promote has the keys K until the end
keys :
type map promote B
keys Enter
wait the key 'B' of 'promote' is that of 'build'
keys j K
wait Promote RHJKLQWERTY
keys Esc :
type steps BHGTPLKMNBV
keys Enter
screen palette-steps
keys :
wait Command
keys Up
screen palette-history
keys Esc :
type q
keys Enter
ended
