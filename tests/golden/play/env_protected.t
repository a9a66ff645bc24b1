# On a protected rack the app's name is typed before the environment is changed.
protected
keys v
wait of the newest release
keys x ^S
type ewb
keys ^S
wait type web first
keys ^U
type web
screen env-protected
keys ^S
wait is active once it is promoted
