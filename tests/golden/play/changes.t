# Another process changes the rack: the console shows it without being asked.
size 100x30
sql UPDATE builds SET status = 'complete', release = 'RZZZZZZZZZZ', ended_us = 1772366390000000 WHERE id = 'BXCVQWERTYU'
wait RZZZZZZZZZZ
screen changes-complete
sql DELETE FROM builds
sql DELETE FROM releases
sql UPDATE apps SET release = ''
wait nothing promoted yet
screen changes-empty
