# The header says where builds run, if that is not the rack itself.
size 100x16
sql INSERT INTO params VALUES ('', 'BuildInstance', 'ssh://me@builds.example.com')
wait builds on me@
screen place-instance
size 80x16
screen place-narrow
