# Another console promotes while the question is open: it is asked anew, against what is active now.
size 80x24
keys 2 P
wait active   RKQZMWNBVCX
sql UPDATE apps SET release = 'RQWEASDZXCV'
wait active   RQWEASDZXCV
screen race-asked-anew
# It has become active: nothing is left to ask.
sql UPDATE apps SET release = 'RHJKLQWERTY'
wait is active already
screen race-no-question
# Made active again by a rollback, its build shows the release that is active.
sql INSERT INTO releases (id, app, build, env, manifest, description, created_us) VALUES ('RCOPYCOPYCO', 'web', 'BMNBVCXZLKJ', '', '', '', 1772366400000000)
sql UPDATE apps SET release = 'RCOPYCOPYCO'
keys 1
wait @RCOPYCOPYCO
screen race-copied
