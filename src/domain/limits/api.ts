/** The HTTP API: how it is reached, and what one request or one client may cost. */

/** Free in IANA's registry, and no default of a program that stands beside this one. */
export const API_PORT = 8420;

/** Seconds that a browser keeps a file of the console whose name holds a hash of its content. */
export const CONSOLE_FILE_KEPT_S = 30 * 24 * 60 * 60;

/** Clients with an open connection at once; one more is refused by the server. */
export const API_CONNECTIONS_MAX = 500;

/** Of one address, a proxy's left out: a browser opens six for a page, so a small office behind one address has room. */
export const API_CONNECTIONS_OF_ADDRESS_MAX = 200;

/** Bytes of the JSON of one request: a thousand SKUs of 255 characters fit. */
export const API_BODY_BYTES_MAX = 1024 ** 2;

/** Files that are sent and worked on at once: each may have FEED_SIZE_MAX_BYTES on the server's disk. */
export const API_UPLOADS_AT_ONCE_MAX = 4;

/** Files that are looked at without an import, at once: who may only look takes no place of those who import. */
export const API_LOOKS_AT_FILES_MAX = 2;

/**
 * Connections to Postgres for work of its own length at once, such as a what-if over the catalogue, besides its pool: Postgres has a
 * hundred for everybody, and the workers need theirs.
 */
export const API_DATABASE_SESSIONS_MAX = 16;

/** What Retry-After says where nobody knows better: a place is free, or a service back, in seconds mostly. */
export const API_RETRY_AFTER_MS = 5_000;

/** Bytes of the refused rows that an answer repeats; a person mends the first ones first. */
export const API_REFUSED_ROWS_BYTES_MAX = 1024 ** 2;

/** How long the headers of a request may take to arrive. */
export const API_HEADERS_TIMEOUT_MS = 10_000;

/** How often connections are looked at whose headers or request are overdue. */
export const API_TIMEOUTS_LOOKED_AT_MS = 2_000;

/** How long a body that has begun to arrive may stand still. */
export const API_BODY_IDLE_MS = 30_000;

/** How long a whole request may take to arrive: a feed of 2 GiB at 20 Mbit/s. What it starts may take longer. */
export const API_REQUEST_TIMEOUT_MS = 15 * 60_000;

/** How long a run is waited for before the answer says that it goes on: proxies give up an answer after 60 seconds mostly. */
export const API_RUN_AWAITED_MS = 45_000;

/**
 * How long any operation may take until its request is answered with the place where its answer will be: longer than a run is waited
 * for, which has an answer of its own, and shorter than proxies wait.
 */
export const API_ANSWER_AWAITED_MS = 50_000;

/** How long whoever asks there waits until it is told how far the work is. */
export const API_ANSWER_LOOKED_AT_MS = 5_000;

/** Requests whose work goes on after they were answered, at once; and answers that nobody has fetched, and how long. */
export const API_ANSWERS_AT_ONCE_MAX = 50;
export const API_ANSWERS_KEPT_MAX = 50;
export const API_ANSWER_KEPT_MS = 15 * 60_000;

/** A look for whose answer nobody asks so long is ended; an act is brought to its end. */
export const API_ANSWER_WANTED_MS = 60_000;

/** How often it is looked for those, and for answers that are kept no longer. */
export const API_ANSWERS_FORGOTTEN_EVERY_MS = 10_000;

/** How long a connection stays open for the next request: longer than proxies keep theirs, which is a minute mostly. */
export const API_KEEP_ALIVE_MS = 75_000;

/** How long requests may go on when the server is told to stop. */
export const API_SHUTDOWN_GRACE_MS = 10_000;

/** Rows of a list by HTTP when nothing is said, and at most. A page that holds more is slow to show, and to read. */
export const API_ROWS_SHOWN = 100;
export const API_ROWS_MAX = 1_000;

/** Requests of one address in a minute: far above a person's clicking and a script's looking. */
export const API_REQUESTS_PER_MINUTE_MAX = 1_200;

/** The minute in which requests are counted. */
export const API_RATE_WINDOW_MS = 60_000;

/** Addresses whose requests are counted at once; the oldest one is forgotten first. */
export const API_ADDRESSES_COUNTED_MAX = 10_000;

/** Tokens of the installation: each program has one of its own, and a list of more nobody reads. */
export const API_TOKENS_MAX = 100;

/** Days for which a token is good: when nothing is said, and at most. A token that never ends is never renewed. */
export const API_TOKEN_DAYS = 90;
export const API_TOKEN_DAYS_MAX = 366;

/** How exactly "last used" of a token or a session is known: so often a use is written down. */
export const LAST_USE_WRITTEN_EVERY_MS = 60_000;

/** Bytes of the name of a file that is sent: its error file, whose name is longer, fits into a file system's 255. */
export const SENT_NAME_BYTES_MAX = 200;

/** People who may sign in: more than any retailer's head office. */
export const USERS_MAX = 500;

/** Characters of a password: the least that NIST SP 800-63B-4 wants of one that is the only factor is 15; no rules of kinds. */
export const PASSWORD_LENGTH_MIN = 15;

/** How long somebody stays signed in, and how long without asking anything. */
export const SESSION_MS = 12 * 60 * 60_000;
export const SESSION_IDLE_MS = 2 * 60 * 60_000;

/** Browsers in which one person is signed in at once; the oldest session ends for a new one. */
export const SESSIONS_PER_USER_MAX = 10;

/** Tries to sign in from one address, and for one name, in this time. Then it must be waited for. */
export const SIGN_IN_WINDOW_MS = 15 * 60_000;
export const SIGN_INS_OF_ADDRESS_MAX = 50;
export const SIGN_INS_OF_NAME_MAX = 10;

/** Refused sign-ins that the audit log has of SIGN_IN_WINDOW_MS: a person's slips, and enough to see an attack. */
export const REFUSED_SIGN_INS_RECORDED_MAX = 100;

/** Passwords that are checked at once: each takes 32 MiB and a third of a second of one of Node's four threads. */
export const PASSWORDS_CHECKED_AT_ONCE_MAX = 2;

/** Passwords that wait for that: the last one for less than four seconds. */
export const PASSWORDS_WAITING_MAX = 20;

/** How long one request to the OpenID provider may take; a sign-in makes four at most. */
export const OIDC_TIMEOUT_MS = 5_000;

/** How long it counts what the provider has said of its addresses and keys: they change once in years. */
export const OIDC_DISCOVERY_KEPT_MS = 60 * 60_000;

/** How long a person may take to sign in at the provider. */
export const OIDC_SIGN_IN_MS = 10 * 60_000;

/** Groups of one person that are looked at; a provider that sends more sends another list than ours. */
export const OIDC_GROUPS_MAX = 1_000;

/** Bytes of a file that holds our secret at the provider. */
export const OIDC_SECRET_BYTES_MAX = 16_384;

/** Pages of API_ROWS_MAX rows that one export reads: ten million products. */
export const EXPORTED_PAGES_MAX = 10_000;

/** Who listens to events at once: some browsers for each person of a head office. */
export const EVENT_CLIENTS_MAX = 100;

/** Of one person or program, and of one address: nobody takes all places. */
export const EVENT_CLIENTS_OF_CALLER_MAX = 10;
export const EVENT_CLIENTS_OF_ADDRESS_MAX = 50;

/** How often lanes and runs are looked at while somebody listens: once for all who do. */
export const EVENTS_LOOK_INTERVAL_MS = 5_000;

/** How often a listener hears something, however quiet it is: proxies close what is silent for a minute. */
export const EVENTS_HEARTBEAT_MS = 20_000;

/** How long one stream lasts; the browser then comes again. */
export const EVENTS_STREAM_MS = 10 * 60_000;

/** How long a browser waits before it comes again. */
export const EVENTS_RETRY_MS = 3_000;

/** Bytes that wait for a listener who does not read; it is let go then. */
export const EVENTS_UNREAD_BYTES_MAX = 4 * 1024 ** 2;

/** Warnings that an answer tells in its header, and characters of each: a client takes no long headers. */
export const API_WARNINGS_TOLD_MAX = 3;
export const API_WARNING_LENGTH_MAX = 300;
