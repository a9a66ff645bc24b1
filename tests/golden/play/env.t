# The environment: masked, revealed; changed, added, removed as a draft; made a release after a yes.
keys v
wait of the newest release
screen env-masked
keys r
screen env-revealed
size 60x15
screen env-60x15
size 200x60
screen env-200x60
size 80x24
keys Enter
screen env-changing
keys ^U
type postgres://db/other
keys Enter j x
screen env-draft
keys a
type NEW
keys Enter
wait write NAME=VALUE
keys Esc r a
type NEW=two words
screen env-adding
keys Enter
paste not a field
wait paste ignored
keys q
screen env-leaving
keys k ^S
screen env-asked
keys Enter
wait Environment of
keys ^S y
wait is active once it is promoted
keys v
wait of the newest release
keys r
wait two words
wait postgres://db/other
