# The theme picker: a look at each, Esc leaves all as it was, Enter takes.
keys T
wait high-contrast
screen themes-open
keys k Esc
keys T
wait high-contrast
keys k Enter
screen themes-taken
size 200x60
keys T
wait high-contrast
screen themes-200x60
