/** Runs and their steps: tries, sizes, and how long Temporal may take. */

/** How long a command waits for its decision to be carried out: an approval may compute a whole Hard Sync. */
export const DECISION_WAIT_MS = 10 * 60 * 1000;

/**
 * Tries of a step that needs Shopify or the file drop: with its pauses of at most 30 s, some minutes. A cut connection
 * heals sooner. What lasts longer is an outage, or a fault of the file, and a person is told of it. These bounds count
 * tries and not minutes, so that time without any worker does not count.
 */
export const SERVICE_TRIES_MAX = 12;

/**
 * Tries of a step that needs only the database: with its pauses of at most 30 s, an hour of outage. Then the run
 * fails, and the next one begins anew.
 */
export const DATABASE_TRIES_MAX = 126;

/** Tries of one feed: with pauses of at most 30 s, some minutes. Then the run fails with the feed's name, and the next run begins with that feed. */
export const FEED_TRIES_MAX = 10;

/** Tries of a step that a person waits for, or that tries a blocked file again: the next run tries again anyway. */
export const BRIEF_TRIES_MAX = 3;

/** Tries of what the next run can do as well: archiving, rechecking quarantined products, removing old records. */
export const UPKEEP_TRIES_MAX = 3;

/** Files that one activity moves to the archive; the next run takes the rest. */
export const FILES_PER_ARCHIVING = 100;

/**
 * Looks at the lane that one run takes, one after the other, because a step about a file failed for a cause that is not
 * the file: another attempt, the database. Each look may wait an hour for the database.
 */
export const LOOKS_AFTER_FAILURES_MAX = 3;

/**
 * Files that one run of Process uploads applies before it goes on in a new run, so that no history grows with the
 * backlog.
 */
export const FILES_PER_RUN = 10;

/**
 * Files that the result of Process uploads names, the newest ones: one backlog may take many runs, one after the
 * other.
 */
export const FILES_IN_RESULT_MAX = 100;

/** Decisions that the result of a run of decideLane names, the newest ones. Mostly one run takes one. */
export const DECISIONS_IN_RESULT_MAX = 20;

/** Feed files that one run of Import inventory takes; the next run takes the rest. */
export const FEEDS_PER_RUN = 100;

/** Schedules that are searched for pending runs: five a shop, for far more shops than one database serves. */
export const PIPELINE_SCHEDULES_MAX = 5_000;

/** Runs of a workflow that a person has terminated, of which one look reads why: the newest ones. */
export const TERMINATED_RUNS_READ_MAX = 100;

/** Results of ended runs that are fetched at the same time, to show them in words. */
export const PIPELINE_RESULTS_AT_ONCE = 8;

/**
 * How long one request to Temporal may take. A server that works answers in milliseconds; one that is overloaded or
 * unreachable must not hold a step, a command or a health check.
 */
export const TEMPORAL_CALL_TIMEOUT_MS = 10_000;

/** How long a list may take that needs one request for each of its entries. */
export const TEMPORAL_LIST_TIMEOUT_MS = 30_000;

/**
 * A run on which nobody has worked for so long stands still: the longest pause of a step that is tried again is two minutes,
 * and one that works gives a sign of life within seconds.
 */
export const RUN_STILL_AFTER_MS = 10 * 60 * 1000;

/**
 * How long a process that is asked again and again goes by its last look into a run, and how old that look is when it looks
 * anew for those who come next: shorter than what the console's events wait between two looks, so that these have what is so.
 */
export const RUN_LOOK_KEPT_MS = 3_000;
export const RUN_LOOK_RENEWED_AFTER_MS = 1_000;

/** Looks into runs that are kept: those of ten lists. */
export const RUN_LOOKS_KEPT_MAX = 1_000;

/** Runs under way that a list looks into; of the others it only says that they run. */
export const PIPELINE_RUNS_LOOKED_INTO_MAX = 100;

/** How often a waiting command tells how far its job has come; what is new, it tells at once. */
export const PROGRESS_TOLD_EVERY_MS = 10_000;

/** The same for a page that shows it and forgets it. */
export const PROGRESS_TOLD_TO_PAGE_EVERY_MS = 1_000;

/** How long a run may take to end that was asked to: it hears of it with its next sign of life. */
export const JOB_CANCEL_WAIT_MS = 30_000;

export const JOB_CANCEL_LOOK_INTERVAL_MS = 500;

/** Runs that one `atp job cancel` ends: one that a person has started, one of the schedule, and a reserve. */
export const JOB_CANCEL_RUNS_MAX = 20;

/** How often a worker looks at the open runs for one whose workflow task fails. One look is one call, and one a run. */
export const RUNS_WATCH_INTERVAL_MS = 10_000;

/** Open runs that one look takes in: a few for each shop. The next look takes the same ones until some have ended. */
export const RUNS_WATCHED_MAX = 1_000;

/** Schedules that are described at the same time, for a list of jobs. */
export const SCHEDULES_DESCRIBED_AT_ONCE = 16;

/**
 * How long the server's list of schedules may not know of a change yet: one to two seconds here, more on a busy server. Until
 * then, who lists jobs asks for the schedule itself.
 */
export const SCHEDULE_LIST_SETTLES_MS = 60_000;

/**
 * How long a process that is asked again and again goes by the list of schedules that it has read last, and how old that list
 * is when it is read anew for those who come next. Below SCHEDULE_LIST_SETTLES_MS, so that a list of jobs has what a person has
 * just changed.
 */
export const SCHEDULE_LIST_KEPT_MS = 15_000;
export const SCHEDULE_LIST_RENEWED_AFTER_MS = 2_000;

/** Lists of schedules that are kept: of all of them, of each job, and of some shops. One holds PIPELINE_SCHEDULES_MAX at most. */
export const SCHEDULE_LISTS_KEPT_MAX = 20;

/** Ended runs of which a process remembers what came of them in words, some hundred bytes each: the server has nothing newer. */
export const ENDED_RUNS_REMEMBERED_MAX = 10_000;

/** Jobs that one list may hold. */
export const JOBS_LISTED_MAX = 10_000;

/** Runs that are described at the same time. */
export const RUNS_DESCRIBED_AT_ONCE = 8;

/**
 * Attempts of a workflow task after which its run is restarted, once a worker has reported that the task failed. The
 * second attempt may be made by another release's worker; the third comes 10 s later.
 */
export const FAILED_TASK_ATTEMPTS_MAX = 3;

/**
 * The same when no failure was reported. A worker that was killed or is overloaded lets one or two attempts time out,
 * after 10 s each; but a worker also reports only a first attempt, and a killed worker may have taken that one.
 */
export const SILENT_TASK_ATTEMPTS_MAX = 6;

/** Characters of a failure that are kept in the reason why a run was restarted. */
export const RESTART_REASON_LENGTH_MAX = 300;

/** A long poll is renewed within a minute; the server remembers a poller that is gone for five. */
export const WORKER_POLL_AGE_MAX_MS = 75_000;

/** On SIGTERM a running activity has this long to end; what it did is in the database, so the next worker goes on. */
export const WORKER_SHUTDOWN_GRACE_MS = 20_000;

/** So often, and so many times, a worker asks until the server has seen it poll. */
export const MAKE_CURRENT_INTERVAL_MS = 500;

export const MAKE_CURRENT_TRIES_MAX = 60;

/** How often a waiting command looks whether anybody works on its job. */
export const WAIT_CHECK_INTERVAL_MS = 2_000;

/** A worker that is starting needs some seconds before it polls. */
export const WORKER_GRACE_MS = 20_000;

/** Longer than any job of ours on the largest catalogue. */
export const JOB_WAIT_MAX_MS = 6 * 60 * 60 * 1000;

/** It takes a second; on a machine that has just started a whole stack, some more. */
export const BUNDLING_TIMEOUT_MS = 120_000;

/**
 * A run that is just ending or restarted cannot take an update any more; the next try comes to the new run. And a run
 * whose task was given to a worker that stands still takes none before another worker has it: that takes some seconds.
 */
export const DECISION_TRIES_MAX = 8;

export const DECISION_PAUSE_MS = 3_000;

/** How long `atp temporal setup` tries while a server is starting; its caches learn of a change some seconds later. */
export const NAMESPACE_SETUP_MAX_MS = 60_000;

export const NAMESPACE_SETUP_INTERVAL_MS = 100;

/** How long a namespace that we make keeps the runs that have ended: what is to be known for longer is in the database. */
export const NAMESPACE_RETENTION_DAYS = 7;

/** A server that is there answers in milliseconds; a person waits no longer than this to hear that it is not. */
export const TEMPORAL_CONNECT_TIMEOUT_MS = 5_000;

/** Well below every heartbeat timeout; the SDK sends only as many as it needs. */
export const HEARTBEAT_INTERVAL_MS = 3_000;

/** A decision starts the run that carries it out. A run that somebody started without one ends after this time. */
export const DECISION_AWAITED_FOR_MS = 10_000;

/** A dead worker is noticed within it. The SDK sends heartbeats at most every 80 % of this. */
export const HEARTBEAT_TIMEOUT_MS = 15_000;

/**
 * How often one run is restarted before it is given up. A second deploy soon after the first one, which mends it, finds
 * the run restarted already; a fault that every try meets ends after about two minutes.
 */
export const RUN_RESTARTS_MAX = 3;

/** How long `atp doctor` tells of a run that was restarted or given up, and how many it looks at. */
export const MENDED_RUNS_TOLD_MS = 24 * 60 * 60 * 1000;

/** `atp up` waits so long until its worker takes jobs: 5 s on an idle machine, a minute on a very busy one. */
export const STACK_WORKER_AWAITED_FOR_MS = 120_000;

export const STACK_WORKER_LOOK_INTERVAL_MS = 250;
/** A schedule is overdue when so many runs have come due and it has started none: one may be left out while a run works. */
export const SCHEDULE_RUNS_UNTIL_OVERDUE = 2;

/**
 * It is overdue as well when one run came due so long ago: of a job that runs each night, the second one comes a day later.
 * Longer than Temporal takes to start what came due while it was away.
 */
export const SCHEDULE_LATE_MS = 60 * 60 * 1000;

/** Schedules that look wrong in the list, which is some seconds old, and are looked at one by one. */
export const SCHEDULES_LOOKED_AT_MAX = 50;

/** How long after its time a schedule starts a run, unless Temporal is away. */
export const SCHEDULE_STARTS_WITHIN_MS = 5_000;

/** How often an update of a schedule is made that others cross each time. */
export const SCHEDULE_UPDATE_TRIES_MAX = 5;

/** Looks at a schedule until Temporal has taken its update: mostly the first one shows it. */
export const SCHEDULE_UPDATE_LOOKS_MAX = 20;

export const SCHEDULE_UPDATE_LOOK_EVERY_MS = 250;

/** Activities of a worker at once: a lane, a producer and an import for a handful of shops. More wait in the queue. */
export const ACTIVITIES_AT_ONCE_MAX = 20;
