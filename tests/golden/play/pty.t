# What tests/golden/pty.c compares the real terminal with.
size 80x24
keys j
screen pty-second-row
sql UPDATE builds SET status = 'complete' WHERE status = 'running'
keys k j
screen pty-idle
keys q
ended
