# Nothing happens while the mouse is off; then click, double click, wheel, hints, tabs and borders.
click 4 6
screen mouse-off
keys %
click 4 6
screen mouse-clicked
click 4 6
wait log BPOIUYTREWQ
wheel up 10 15
click 20 1
screen mouse-tab
click 4 23
screen mouse-hint
click 40 8
click 76 23
drag 10 12 10 17
screen mouse-dragged
size 200x60
keys 1
drag 52 20 90 20
drag 5 29 5 12
screen mouse-dragged-200x60
