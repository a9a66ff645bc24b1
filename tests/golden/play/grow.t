# A log that grows: followed at its end; held when the reader goes up, and nothing is lost.
size 80x24
keys 4
log BXCVQWERTYU web    | #5 90.000 one more line
screen grow-followed
keys k k
log BXCVQWERTYU web    | #5 91.000 while it was held
log BXCVQWERTYU web    | #5 92.000 and one more
screen grow-held
keys G
screen grow-again
