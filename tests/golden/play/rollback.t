# R goes back to the release that was active before, not to one that was only made before.
size 80x24
sql UPDATE releases SET promoted_us = created_us WHERE id = 'RQWEASDZXCV'
sql UPDATE releases SET promoted_us = created_us WHERE id = 'RHJKLQWERTY'
sql UPDATE apps SET release = 'RHJKLQWERTY'
wait active RHJKLQWERTY
keys 2
screen rollback-releases
keys R
wait roll back to it
screen rollback-asked
keys y
wait it is active now
# And from there back to where it was: what the dialog calls undo.
keys g R
wait Roll back to RHJKLQWERTY
