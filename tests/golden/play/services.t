# Several services at once where there is room; one after the other where there is none.
size 80x24
keys 4
screen services-all
keys ]
screen services-web
keys ]
screen services-worker
keys ] [
screen services-worker-again
size 120x40
keys 4
screen services-side-by-side
# The next build has one image only: its second pane goes.
keys 1 j Enter
screen services-one-left
# Closing one of them is remembered for this build.
keys 1 k Enter
wait worker
keys 5 x
screen services-closed
