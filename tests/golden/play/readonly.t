# A read-only console: no key changes the rack, none is offered.
read-only
screen readonly-dashboard
keys B
wait the console is read-only
keys j P
screen readonly-refused
