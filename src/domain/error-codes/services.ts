/** What we run on (the database, Temporal, the embedded stack), and faults of our own. */
import type { ErrorDetail, ErrorEntry } from './error-entry.ts';

/** Why a connection to the database cannot be secured. */
export type TlsFault = 'no-tls' | 'unknown-authority' | 'other-name' | 'file' | 'other';

const hasFault =
  (fault: TlsFault) =>
  (detail: ErrorDetail): boolean =>
    detail['fault'] === fault;

export const SERVICE_ERRORS = {
  DATABASE_UNREACHABLE: {
    class: 'retry',
    message: (d) => `The database cannot be used: ${d.reason}.`,
    hint: 'Check DATABASE_URL and that Postgres runs; `atp up` starts an embedded one. Jobs go on by themselves when it works again.',
  },
  DATABASE_TLS_FAILED: {
    class: 'retry',
    message: (d) => `The connection to the database cannot be secured: ${d.reason}.`,
    hint: {
      cases: [
        {
          when: 'the server has no TLS',
          applies: hasFault('no-tls'),
          hint: 'Switch TLS on in Postgres (`ssl = on`). Where nobody else is on the network between it and this machine, end DATABASE_URL with ?sslmode=disable instead.',
        },
        {
          when: 'nobody here knows who has signed the server’s certificate',
          applies: hasFault('unknown-authority'),
          hint: 'Get the certificate of the authority from the operator of the server, and name it in DATABASE_URL: ?sslmode=verify-full&sslrootcert=<file>.',
        },
        {
          when: 'the certificate is that of another name',
          applies: hasFault('other-name'),
          hint: 'Use in DATABASE_URL a host name that the certificate has. If it should have this one, somebody else may be answering: ask the operator of the server.',
        },
        {
          when: 'a file cannot be read',
          applies: hasFault('file'),
          hint: 'Correct sslrootcert, sslcert or sslkey in DATABASE_URL, or let the user of this process read the file.',
        },
      ],
      otherwise:
        'Look at the server’s certificate, and at what DATABASE_URL says about it (docs/reference/config.md).',
    },
  },
  DATABASE_RIGHTS_MISSING: {
    class: 'retry',
    message: (d) => `The user of DATABASE_URL may not do that in the database: ${d.reason}.`,
    hint: 'Let this user own our tables, or grant it SELECT, INSERT, UPDATE and DELETE on them, USAGE on their sequences and TEMPORARY on the database. Jobs go on by themselves.',
  },
  DATABASE_READ_ONLY: {
    class: 'retry',
    message: () => 'The database takes no writes: it is a standby, or set to read-only.',
    hint: 'DATABASE_URL must lead to the primary. Jobs go on by themselves when it does.',
  },
  DATABASE_POOLED: {
    class: 'callers-fault',
    message: (d) =>
      `DATABASE_URL leads to a pooler that shares sessions of Postgres between connections: ${d.reason}.`,
    hint: 'Let DATABASE_URL lead to Postgres itself, or let the pooler keep a session for each connection (PgBouncer: `pool_mode = session` for this database). Session locks, limits of statements, and looks at them belong to one session.',
  },
  DATABASE_DISTRIBUTED: {
    class: 'not-now',
    message: (d) => `Tables of ours are spread over several nodes of Postgres: ${d.reason}.`,
    hint: 'Undo that for each of them (Citus: `SELECT undistribute_table(…)`), or use a database on one server. A delta compares snapshots, and a snapshot holds on one node only.',
  },
  DATABASE_BUSY: {
    class: 'retry',
    message: (d) => `Somebody else’s work in the database is in the way: ${d.reason}.`,
    hint: "Jobs try again by themselves. Where it lasts, this names who holds what: `SELECT pid, pg_blocking_pids(pid), query FROM pg_stat_activity WHERE wait_event_type = 'Lock'`.",
  },
  DATABASE_TIMEOUT: {
    class: 'retry',
    message: (d) => `The database took too long: ${d.reason}.`,
    hint: 'The statement was ended and changed nothing. Jobs try again by themselves. Where it comes again, look at the load of the Postgres server and at the network between it and this machine.',
  },
  DATABASE_EXHAUSTED: {
    class: 'retry',
    message: (d) => `The database server has run out of something: ${d.reason}.`,
    hint: 'Give the Postgres server what it lacks: disk space, memory, locks. Jobs go on by themselves.',
  },
  DATABASE_ERROR: {
    class: 'retry',
    message: (d) => `The database has refused a statement: ${d.reason}.`,
    hint: 'This is a fault of atp-sync itself: please report it with the log of the worker.',
  },
  DATABASE_NOT_MIGRATED: {
    class: 'retry',
    message: () => 'The database does not have the tables of this release.',
    hint: '`atp migrate` makes them; `atp up` does so by itself. Jobs go on by themselves afterwards.',
  },
  MIGRATION_BLOCKED: {
    class: 'retry',
    message: (d) =>
      `The migration ${d.name} needs a lock that others hold; it was tried ${d.tries} times, ${d.seconds} s each. In the way: ${d.holders}.`,
    hint: 'Nothing of it was changed. Wait until that work has ended, or end it by `SELECT pg_terminate_backend(<pid>)`; then `atp migrate` again.',
  },
  MIGRATION_RUNNING: {
    class: 'retry',
    message: (d) => `Another process has been migrating this database for ${d.seconds} s.`,
    hint: 'Let it end, then `atp migrate` again: it does what is left.',
  },
  UNEXPECTED: {
    class: 'retry',
    message: (d) => `Something unexpected happened: ${d.reason}.`,
    hint: 'This is a fault of atp-sync itself. Please report it with what you did; of a job, with the log of the worker, which has the place in the code. A job tries again by itself.',
  },
  TEMPORAL_UNREACHABLE: {
    class: 'retry',
    message: (d) => `Temporal at ${d.address} cannot be used: ${d.reason}.`,
    hint: 'Check TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE; `atp temporal setup` makes a namespace, `atp up` starts an embedded server.',
  },
  SEARCH_ATTRIBUTES_MISSING: {
    class: 'not-now',
    message: (d) => `The Temporal namespace does not know our search attributes: ${d.reason}.`,
    hint: (d) =>
      `\`TEMPORAL_ADDRESS=${d.address} TEMPORAL_NAMESPACE=${d.namespace} atp temporal setup\` adds what is missing. In Temporal Cloud, add the same names and types in its web UI. A worker takes no work before.`,
  },
  TEMPORAL_SETUP_REFUSED: {
    class: 'not-now',
    message: (d) => `The namespace cannot be set up at ${d.address}: ${d.reason}.`,
    hint: 'Where the server lets nobody do it this way, as Temporal Cloud: make the namespace and its search attributes in its web UI (docs/guides/connect-your-own.md has their names and types).',
  },
  METRICS_ADDRESS_UNUSABLE: {
    class: 'not-now',
    message: (d) => `The worker cannot tell its metrics at ${d.address}: ${d.reason}.`,
    hint: 'Set ATP_METRICS_ADDRESS to a free port of this machine, such as 127.0.0.1:9465, or to `off`.',
  },
  WORKER_VERSIONING_UNAVAILABLE: {
    class: 'not-now',
    message: (d) => `The Temporal namespace has no Worker Versioning: ${d.reason}.`,
    hint: 'Start the worker without ATP_WORKER_DEPLOYMENT, or let the server’s operator switch Worker Versioning on.',
  },
  STACK_PART_UNAVAILABLE: {
    class: 'not-now',
    message: (d) =>
      `The embedded stack cannot get ${d.part}: ${d.reason}.${d.install ? ` Install ${d.install}.` : ''}`,
    hint: 'Install what the message names, or set DATABASE_URL, SFTP_URL or TEMPORAL_ADDRESS to a service that runs already (docs/guides/connect-your-own.md).',
  },
  STACK_PART_FAILED: {
    class: 'not-now',
    message: (d) => `${d.part} of the embedded stack does not run: ${d.reason}.`,
    hint: 'Its log in <state folder>/logs says why; `atp up` tries again and keeps the data.',
  },
  STACK_RUNNING: {
    class: 'not-now',
    message: (d) => `An embedded stack is running here already (process ${d.pid}).`,
    hint: '`atp status` shows its addresses; `atp down` ends it.',
  },
  STACK_NOT_STOPPED: {
    class: 'not-now',
    message: (d) => `The embedded stack (process ${d.pid}) has not ended after ${d.waitedSeconds} s.`,
    hint: 'Try `atp down` again; <state folder>/logs tells what it waits for.',
  },
  STACK_NOT_RUNNING: {
    class: 'not-now',
    message: () => 'No embedded stack is running here.',
    hint: '`atp up` starts one.',
  },
} as const satisfies Record<string, ErrorEntry>;
