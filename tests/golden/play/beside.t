# To the pane on one side, and back to the one before; where there is none, nothing happens.
size 200x60
wait [5] log
keys ^WRight
screen beside-right
keys ^Wl ^WDown
screen beside-down
keys - -
keys ^Wk ^Wk ^Wl
screen beside-corner
keys ^WLeft ^WLeft ^WLeft ^Wj
screen beside-releases
size 80x24
keys - ^Wj
screen beside-narrow
