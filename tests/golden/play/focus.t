# The focus goes round, a pane alone on the screen, one more, one less.
size 120x40
keys Tab
screen focus-releases
keys 4 z
screen focus-zoomed
keys z x
screen focus-closed
keys 3 q
screen focus-back
keys ^C
screen focus-interrupt
keys ^C
ended
