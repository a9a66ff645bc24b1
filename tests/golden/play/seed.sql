-- SPDX-License-Identifier: MIT
-- The rack of the golden screens: one statement ends with each semicolon at a line's end.
INSERT INTO apps (name, release, created_us) VALUES ('web', 'RKQZMWNBVCX', 1764590400000000);
INSERT INTO builds (id, app, description, manifest, release, reason, status, created_us, started_us, ended_us) VALUES ('BQWERTZUIOP', 'web', 'tmp: try alpine', 'services:
  web:
    build: .
    port: 3000
  worker:
    build: .
    command: bin/worker
', '', 'interrupted', 'failed', 1771588800000000, 1771588800000000, 1771588980000000);
INSERT INTO builds (id, app, description, manifest, release, reason, status, created_us, started_us, ended_us) VALUES ('BMNBVCXZLKJ', 'web', 'deps', 'services:
  web:
    build: .
    port: 3000
  worker:
    build: .
    command: bin/worker
', 'RQWEASDZXCV', '', 'complete', 1772107200000000, 1772107200000000, 1772107502000000);
INSERT INTO builds (id, app, description, manifest, release, reason, status, created_us, started_us, ended_us) VALUES ('BPOIUYTREWQ', 'web', 'wip: new cache', 'services:
  web:
    build: .
    port: 3000
  worker:
    build: .
    command: bin/worker
', '', 'service worker: exit code 1', 'failed', 1772182800000000, 1772182800000000, 1772182841000000);
INSERT INTO builds (id, app, description, manifest, release, reason, status, created_us, started_us, ended_us) VALUES ('BZXCVBNMLKJ', 'web', 'release 4.2.0', 'services:
  web:
    build: .
    port: 3000
  worker:
    build: .
    command: bin/worker
', 'RKQZMWNBVCX', '', 'complete', 1772193600000000, 1772193600000000, 1772193880000000);
INSERT INTO builds (id, app, description, manifest, release, reason, status, created_us, started_us, ended_us) VALUES ('BHGTPLKMNBV', 'web', 'fix login redirect', 'services:
  web:
    build: .
    port: 3000
  worker:
    build: .
    command: bin/worker
', 'RHJKLQWERTY', '', 'complete', 1772362800000000, 1772362800000000, 1772363072000000);
INSERT INTO builds (id, app, description, manifest, release, reason, status, created_us, started_us, ended_us) VALUES ('BXCVQWERTYU', 'web', 'bump node to 22', 'services:
  web:
    build: .
    port: 3000
  worker:
    build: .
    command: bin/worker
', '', '', 'running', 1772366269000000, 1772366269000000, 0);
INSERT INTO releases (id, app, build, env, manifest, description, created_us) VALUES ('RQWEASDZXCV', 'web', 'BMNBVCXZLKJ', 'DATABASE_URL=postgres://db/old
TOKEN=secret1
', 'services:
  web:
    build: .
    port: 8000
  worker:
    build: .
    command: bin/worker
', 'deps', 1772107560000000);
INSERT INTO releases (id, app, build, env, manifest, description, created_us) VALUES ('RKQZMWNBVCX', 'web', 'BZXCVBNMLKJ', 'DATABASE_URL=postgres://db/web
TOKEN=secret1
', 'services:
  web:
    build: .
    port: 8000
  worker:
    build: .
    command: bin/worker
', 'release 4.2.0', 1772193900000000);
INSERT INTO releases (id, app, build, env, manifest, description, created_us) VALUES ('RHJKLQWERTY', 'web', 'BHGTPLKMNBV', 'DATABASE_URL=postgres://db/web2
FEATURE_X=on
TOKEN=secret1
', 'services:
  web:
    build: .
    port: 3000
  worker:
    build: .
    command: bin/worker
', 'fix login redirect', 1772363100000000);
INSERT INTO images (build, service, tag, image_id) VALUES ('BMNBVCXZLKJ', 'web', 'web:web.BMNBVCXZLKJ', 'sha256:aaa1');
INSERT INTO images (build, service, tag, image_id) VALUES ('BMNBVCXZLKJ', 'worker', 'web:worker.BMNBVCXZLKJ', 'sha256:bbb1');
INSERT INTO images (build, service, tag, image_id) VALUES ('BZXCVBNMLKJ', 'web', 'web:web.BZXCVBNMLKJ', 'sha256:aaa1');
INSERT INTO images (build, service, tag, image_id) VALUES ('BZXCVBNMLKJ', 'worker', 'web:worker.BZXCVBNMLKJ', 'sha256:bbb2');
INSERT INTO images (build, service, tag, image_id) VALUES ('BHGTPLKMNBV', 'web', 'web:web.BHGTPLKMNBV', 'sha256:aaa2');
INSERT INTO images (build, service, tag, image_id) VALUES ('BHGTPLKMNBV', 'worker', 'web:worker.BHGTPLKMNBV', 'sha256:bbb2');
