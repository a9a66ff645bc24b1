# SPDX-License-Identifier: MIT
# Subcommands end to end; build.sh starts a Docker engine, faults.sh mounts.
CMD_TESTS = tests/cmd/apps.sh tests/cmd/serve.sh tests/cmd/git.sh tests/cmd/manifest.sh \
	tests/cmd/racks.sh tests/cmd/rack_faults.sh tests/cmd/usage.sh
CMD_FULL_TESTS = tests/cmd/across.sh tests/cmd/build.sh tests/cmd/compose.sh tests/cmd/death.sh \
	tests/cmd/dockerfiles.sh tests/cmd/faults.sh tests/cmd/isolate.sh tests/cmd/kills.sh \
	tests/cmd/cache.sh tests/cmd/cache_s3.sh tests/cmd/move.sh tests/cmd/registry.sh \
	tests/cmd/registry_hard.sh tests/cmd/reuse.sh tests/cmd/order.sh tests/cmd/sources.sh
CMD_TESTS += tests/cmd/events.sh tests/cmd/hooks.sh tests/cmd/watch.sh
CMD_FULL_TESTS += tests/cmd/full.sh tests/cmd/podman.sh tests/cmd/watch_deploy.sh
EXTRA_DIST += tests/cmd/mute_engine.py
CMD_FULL_TESTS += tests/cmd/buildrack.sh tests/cmd/git_wire.sh
CMD_FULL_TESTS += tests/cmd/stream.sh tests/cmd/wire.sh
CMD_TESTS += tests/cmd/foreign.sh
CMD_TESTS += tests/cmd/far.sh tests/cmd/convox_v2.sh tests/cmd/convox_v3.sh
EXTRA_DIST += tests/cmd/convox_http.py tests/cmd/foreign_rack.py tests/cmd/convox_rack.py tests/cmd/connect_proxy.py tests/cmd/convox_story.sh tests/cmd/wire.py
dist_check_SCRIPTS += $(CMD_TESTS) $(CMD_FULL_TESTS)
EXTRA_DIST += tests/cmd/convox_pipe.py tests/cmd/cut_proxy.py tests/cmd/lib.sh tests/cmd/servers.sh tests/cmd/flaky_proxy.py tests/cmd/rack_faults.py
TESTS += $(CMD_TESTS)
FULL_TESTS += $(CMD_FULL_TESTS)
