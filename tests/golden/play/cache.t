# What the artifact cache keeps: rows, orders, a filter; clearing that of an app after a yes.
keys c
wait nothing yet
screen cache-none
keys x
cache web web 2000000
cache web worker 40000
cache shop api 500000
keys c
wait shop
screen cache-80x24
keys j s
wait sort:stored
size 120x40
screen cache-120x40
keys G C
screen cache-clear
keys Enter g C y
wait is cleared
wait shop
size 60x15
keys / a p i Enter
wait 1  305 kB
screen cache-60x15
