# The logs of several builds at once: the marked ones, each in a pane of its own; one alone again.
size 120x40
keys Space Space Enter
wait logs of 2 builds
screen several-two
# Another build is marked as well, and takes a pane.
keys 1 j j j Space Enter
wait logs of 3 builds
screen several-three
# Without marks it is one build again, side by side by service.
keys 1 u g Enter
wait worker
screen several-one
# A split keeps a build while the others change; services make room for it.
keys 1 j |
screen several-split
keys 1 j j Enter
screen several-kept
# The one that leads is closed: the next one does.
keys 1 g Space Space Space Enter
wait logs of 3 builds
keys 4 x
screen several-closed
keys 1 u g Enter
wait worker
screen several-one-again
# Where there is room for one view, Tab goes on to the next.
size 80x24
keys 1 g Space Space Enter
wait logs of 2 builds
keys Tab
screen several-80x24
# Eight logs beside builds, releases and steps.
size 200x60
keys 1 g Enter
wait worker
keys | | | | | | |
screen several-eight
