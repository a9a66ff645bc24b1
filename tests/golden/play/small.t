# Screens that are too small for all of it: the pane with the focus and the status line.
size 59x14
screen small-59x14
size 20x6
screen small-20x6
size 3x2
size 1x1
screen small-1x1
keys j Tab Tab Tab
size 40x10
screen small-log-40x10
