# The dashboard as it comes up, at the three sizes that it was drawn for, and back.
size 80x24
screen dashboard-80x24
size 120x40
screen dashboard-120x40
size 200x60
screen dashboard-200x60
size 80x24
screen dashboard-80x24-again
keys q
ended
