# A build that fails tells why, as far as there is room, and which key tells all of it.
size 80x24
keys !
screen errors-none
sql UPDATE builds SET status = 'failed', ended_us = started_us + 5000000, reason = 'no container engine answers at ''unix:///var/run/docker.sock'': start it (systemctl start docker) or name one with DOCKER_HOST' WHERE id = 'BXCVQWERTYU'
wait whole
screen errors-cut
keys !
screen errors-whole
