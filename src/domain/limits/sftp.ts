/** The file drop on SFTP. */

/** How long the file drop waits for a connection, for the answer to a request, and for a connection to close. */
export const SFTP_CONNECT_TIMEOUT_MS = 10_000;
export const SFTP_ANSWER_TIMEOUT_MS = 60_000;
export const SFTP_CLOSE_TIMEOUT_MS = 2_000;

/** How long the server of one source may take for all that is asked on one connection, a large feed among it. */
export const SOURCE_SERVER_USE_MAX_MS = 10 * 60_000;

/** Servers of sources that are looked at at once, and how many sources may have one of their own. */
export const SOURCE_SERVERS_AT_ONCE = 8;
export const SOURCE_SERVERS_MAX = 100;

/** A dead connection is noticed after interval × count: without keepalives, a transfer on it never settles. */
export const SFTP_KEEPALIVE_INTERVAL_MS = 2_000;
export const SFTP_KEEPALIVE_COUNT_MAX = 3;

/**
 * Requests in flight and bytes of each, in one transfer: 4 MiB in memory. Each packet costs a cipher and an answer, so that requests of
 * 32 KiB took half as long again. A server that takes no such request, which is any but OpenSSH's, gets parts of 34,000 bytes, of
 * each request one after the other.
 */
export const SFTP_REQUESTS_IN_FLIGHT = 32;
export const SFTP_REQUEST_BYTES = 128 * 1024;

/**
 * Entries of a folder that are listed, all of them in memory: an archive has two for each file, a year of files every five
 * minutes 200,000.
 */
export const SFTP_FOLDER_ENTRIES_MAX = 1_000_000;

/** Shorter RSA keys can be broken: NIST SP 800-131A Rev. 2 allows none below 2048 bits. */
export const RSA_BITS_MIN = 2048;

/** Of what the server sends first, kept to tell what it offers. Every packet fits (RFC 4253, section 6.1). */
export const SSH_PACKET_BYTES_MAX = 35_000;
