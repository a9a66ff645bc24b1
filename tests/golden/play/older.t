# The releases above the active one may be promoted, also when it is older than all that were read.
size 80x24
sql WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 150) INSERT INTO releases (id, app, build, env, manifest, description, created_us) SELECT printf('RN%09d', i), 'web', 'BMNBVCXZLKJ', '', '', 'copy ' || i, 1772100000000000 FROM n
keys 2
wait 100+
keys g
wait RN000000150
screen older-releases
# Of a long list the newest are read first; going to its end, and filtering, reads all of it.
sql WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500) INSERT INTO builds (id, app, description, status, created_us, started_us, ended_us) SELECT printf('BN%09d', i), 'web', 'change number ' || i, 'complete', 1772099940000000, 1772099940000000, 1772100000000000 FROM n
keys 1
wait 100+
keys G
wait BQWERTZUIOP
screen older-end
keys g /
type number 77
wait 11 found
screen older-filter
