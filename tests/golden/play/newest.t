# Log and steps stay with a build while it runs, and are there when it ends; then they go on to the
# next one that comes.
size 80x24
sql INSERT INTO builds (id, app, description, status, reason, created_us, started_us, ended_us) VALUES ('BNEXTONEAAA', 'web', 'of another console', 'failed', 'its own error', 1772366300000000, 1772366300000000, 1772366301000000)
wait BNEXTONEAAA
screen newest-stays
sql UPDATE builds SET status = 'complete', ended_us = 1772366400000000 WHERE id = 'BXCVQWERTYU'
wait xfailed
wait BXCVQWERTYU +complete
screen newest-ended
sql INSERT INTO builds (id, app, description, status, reason, created_us, started_us, ended_us) VALUES ('BNEXTTWOAAA', 'web', 'the next', 'failed', 'its own error', 1772366500000000, 1772366500000000, 1772366501000000)
wait log BNEXTTWOAAA
screen newest-goes-on
# Why it failed stands where no description does.
sql UPDATE builds SET description = '', reason = 'service ''web'': the command of step 3 of 7 ended with exit code: 3' WHERE id = 'BNEXTTWOAAA'
wait exit code: 3
screen newest-reason
