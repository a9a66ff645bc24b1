# On a wide screen; and what a read-only console does not do.
read-only
size 160x50
keys :
screen palette-160x50
type promo
screen palette-read-only
keys Enter
wait the console is read-only
