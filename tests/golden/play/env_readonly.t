# The environment of a read-only console: seen, not changed.
read-only
keys v
wait is read-only
keys a x Enter r
screen env-readonly
