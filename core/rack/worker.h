/* SPDX-License-Identifier: MIT */
/* The worker: one process a build, started by the local rack with a job on an inherited descriptor. */
#ifndef RD_CORE_RACK_WORKER_H
#define RD_CORE_RACK_WORKER_H

/* The main of `rackdeck worker` (hidden): reads the job from descriptor 3, its lock is descriptor 4.
 * @returns the exit status. */
#define RD_WORKER_NO_JOB 2 /* nobody gave one */
int rd_worker_main(void);

#endif
