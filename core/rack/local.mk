# SPDX-License-Identifier: MIT
noinst_LIBRARIES += librack.a
librack_a_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS) $(PCRE2_CFLAGS)
librack_a_SOURCES = \
	core/rack/address.c core/rack/address.h \
	core/rack/changes.c core/rack/changes.h \
	core/rack/commits.c core/rack/commits.h \
	core/rack/autobuild.c core/rack/autobuild.h \
	core/rack/buildrack.c core/rack/buildrack.h core/rack/following.c core/rack/following.h \
	core/rack/convox.c core/rack/convox.h \
	core/rack/convox_apps.c \
	core/rack/convox_builds.c \
	core/rack/convox_call.c \
	core/rack/convox_impl.h \
	core/rack/convox_move.c \
	core/rack/convox_objects.c \
	core/rack/convox_poll.c \
	core/rack/convox_settle.c \
	core/rack/convox_spool.c \
	core/rack/convox_steps.c \
	core/rack/diff.c core/rack/diff.h \
	core/rack/doctor.c core/rack/doctor.h \
	core/rack/environment.c core/rack/environment.h \
	core/rack/job.c core/rack/job.h \
	core/rack/hookrun.c core/rack/hookrun.h \
	core/rack/json.c core/rack/json.h \
	core/rack/known.c core/rack/known.h \
	core/rack/leftovers.c core/rack/leftovers.h \
	core/rack/json_read.c core/rack/json_read.h \
	core/rack/local.c core/rack/local.h \
	core/rack/local_apps.c \
	core/rack/local_build.h \
	core/rack/local_builds.c \
	core/rack/local_cache.c core/rack/local_cache.h \
	core/rack/local_care.c \
	core/rack/local_engines.c core/rack/local_engines.h \
	core/rack/local_events.c \
	core/rack/local_export.c core/rack/local_files.c core/rack/local_import.c \
	core/rack/local_images.c core/rack/local_images.h \
	core/rack/local_hooks.c \
	core/rack/local_impl.h \
	core/rack/local_registries.c \
	core/rack/local_releases.c \
	core/rack/local_sql.c \
	core/rack/local_start.c \
	core/rack/local_system.c \
	core/rack/log.c core/rack/log.h \
	core/rack/log_index.c core/rack/log_index.h \
	core/rack/log_private.h \
	core/rack/log_filter.c \
	core/rack/log_pattern.c \
	core/rack/log_search.c \
	core/rack/log_view.c \
	core/rack/logins.c core/rack/logins.h \
	core/rack/movefile.c core/rack/movefile.h \
	core/rack/preview.c core/rack/preview.h \
	core/rack/places.c core/rack/places.h \
	core/rack/prune.c core/rack/prune.h \
	core/rack/rack.c core/rack/rack.h \
	core/rack/recover.c \
	core/rack/remotes.c core/rack/remotes.h \
	core/rack/remotes_convox.c \
	core/rack/select.c core/rack/select.h \
	core/rack/submit.c core/rack/submit.h \
	core/rack/sweep.c core/rack/sweep.h \
	core/rack/trigger.c core/rack/trigger.h \
	core/rack/trust.c core/rack/trust.h \
	core/rack/types.c core/rack/types.h \
	core/rack/upload.c core/rack/upload.h \
	core/rack/upload_archive.c core/rack/upload_git.c core/rack/upload_impl.h \
	core/rack/worker.c core/rack/worker.h \
	core/rack/worker_arrive.c \
	core/rack/worker_build.c \
	core/rack/worker_clean.c \
	core/rack/worker_finish.c \
	core/rack/worker_impl.h \
	core/rack/worker_logins.c \
	core/rack/worker_known.c \
	core/rack/worker_relay.c \
	core/rack/worker_tail.c core/rack/worker_tail.h \
	core/rack/worker_turn.c \
	core/rack/worker_watch.c
