# How many hits there are, also where a filter hides them all.
size 80x24
keys j Enter /
type file5
keys Enter
screen finds-hits
keys &
type file1
keys Enter
screen finds-hidden
