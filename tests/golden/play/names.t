# A step's long name leaves room for the state of its log and the number of its lines.
size 60x16
keys j j j j Enter i G Enter
screen names-long
