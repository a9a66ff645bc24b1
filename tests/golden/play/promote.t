# The story's end: P, the difference, y, and the release is the active one.
size 100x30
keys j P
screen promote-asked
keys y
wait active RHJKLQWERTY
screen promote-done
