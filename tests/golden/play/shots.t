# The pictures of README, made by dev/shots.
size 108x32
sql DELETE FROM builds WHERE id IN ('BXCVQWERTYU', 'BQWERTZUIOP')
sql INSERT INTO builds (id, app, description, release, reason, status, created_us, started_us, ended_us) VALUES ('BDLHJGFZPEC', 'web', 'stock: count returns', 'RDLHTQWSDEB', '', 'complete', 1772280400000000, 1772280400000000, 1772280479500000)
sql INSERT INTO builds (id, app, description, release, reason, status, created_us, started_us, ended_us) VALUES ('BWVTSRQPNML', 'web', 'try node 23', '', 'service web: exit code 1', 'failed', 1772306400000000, 1772306400000000, 1772306452000000)
sql INSERT INTO builds (id, app, description, release, reason, status, created_us, started_us, ended_us) VALUES ('BNMTWKVSQRA', 'web', 'cart: keep items over a login', 'RNKVTQWSDEA', '', 'complete', 1772361000000000, 1772361000000000, 1772361096950000)
sql INSERT INTO builds (id, app, description, release, reason, status, created_us, started_us, ended_us) VALUES ('BRNWTQPXZKL', 'web', 'checkout: pay by invoice', '', '', 'running', 1772366326000000, 1772366326000000, 0)
sql INSERT INTO releases (id, app, build, env, manifest, description, created_us) VALUES ('RDLHTQWSDEB', 'web', 'BDLHJGFZPEC', '', '', 'stock: count returns', 1772280479000000)
sql INSERT INTO releases (id, app, build, env, manifest, description, created_us) SELECT 'RNKVTQWSDEA', 'web', 'BNMTWKVSQRA', env || 'MAIL_FROM=shop', manifest, 'cart: keep items over a login', 1772361096000000 FROM releases WHERE id = 'RHJKLQWERTY'
sql INSERT INTO images (build, service, tag, image_id) VALUES ('BNMTWKVSQRA', 'web', 'web:web.BNMTWKVSQRA', 'sha256:aaa2')
sql INSERT INTO images (build, service, tag, image_id) VALUES ('BNMTWKVSQRA', 'worker', 'web:worker.BNMTWKVSQRA', 'sha256:bbb2')
sql UPDATE builds SET created_us = created_us - 86400000000, started_us = started_us - 86400000000, ended_us = ended_us - 86400000000 - (ended_us - started_us) * 3 / 5 WHERE id IN ('BHGTPLKMNBV', 'BZXCVBNMLKJ', 'BMNBVCXZLKJ', 'BPOIUYTREWQ')
sql UPDATE releases SET created_us = created_us - 86400000000 WHERE id IN ('RHJKLQWERTY', 'RKQZMWNBVCX', 'RQWEASDZXCV')
sql UPDATE builds SET opts = (SELECT opts FROM builds WHERE id = 'BHGTPLKMNBV')
keys 1 g
picture dashboard slate-dark
keys 2 g P
wait promote it
picture promote slate-dark
keys Esc 1 j t z d G
picture steps slate-dark
