# A read-only console: no key, no word and no click changes the rack, none is offered.
read-only
screen readonly-dashboard
keys B
wait the console is read-only
keys j P
screen readonly-refused
keys D
wait the console is read-only
keys R
wait the console is read-only
keys W
wait the console is read-only
keys X
wait the console is read-only
keys I
wait the console is read-only
keys F7
wait the console is read-only
keys F8
wait the console is read-only
keys F9
wait the console is read-only
keys 4
keys B
wait the console is read-only
keys 1 :
type promote RHJKLQWERTY
keys Enter
wait read-only
keys :
type cancel BXCVQWERTYU
keys Enter
wait read-only
screen readonly-after
