/** Making numbered files, and the file drop that they lie on. */
import type { ErrorEntry } from './error-entry.ts';

const LANE_STOPS = 'Nothing later is applied until then. A Hard Sync replaces the file, too.';

export const FILE_ERRORS = {
  HARD_SYNC_REQUIRED: {
    class: 'not-now',
    message: (d) => `Shop "${d.shopId}" needs a Hard Sync before anything else is sent: ${d.reason}.`,
    hint: (d) =>
      `\`atp job run hard-sync --shop ${d.shopId}\` publishes everything; the deltas go on from there.`,
  },
  SHOP_NOT_MAPPED: {
    class: 'not-now',
    message: (d) => `Shop "${d.shopId}" has no product that is mapped to Shopify.`,
    hint: (d) => `\`atp shop map ${d.shopId}\` reads the shop’s catalogue and matches it by SKU.`,
  },
  SHOP_CATALOGUE_EMPTY: {
    class: 'callers-fault',
    message: (d) =>
      `Shopify shows no variant with a SKU in the catalogue of shop "${d.shopId}", which has mapped products.`,
    hint: (d) =>
      `The mapping stays as it is. Look at the shop in Shopify; if it is empty on purpose, remove the shop with \`atp shop remove ${d.shopId}\`.`,
  },
  CATALOGUE_READING_OVER: {
    class: 'not-now',
    message: (d) =>
      `The catalogue of shop "${d.shopId}" was read, and what was read does not count any more: another reading has begun, the shop has another location, or its database was started again.`,
    hint: (d) =>
      `The mapping stays as it is until the next reading: \`atp shop map ${d.shopId}\`, or the next run of map-shop.`,
  },
  PRODUCER_BUSY: {
    class: 'retry',
    message: (d) =>
      `Another job has been producing a file for shop "${d.shopId}" for more than ${d.waitedSeconds} s.`,
    hint: "A job tries again by itself. If it lasts, look for a stuck session: select * from pg_locks where locktype = 'advisory'.",
  },
  SFTP_UNREACHABLE: {
    class: 'retry',
    message: (d) => `The SFTP server at ${d.host}:${d.port} cannot be used: ${d.reason}.`,
    hint: 'Check what the reason names: SFTP_URL, the password or key file, the network, or permissions and free space on the server. Jobs go on by themselves when it works again.',
  },
  SFTP_HOST_KEY_MISMATCH: {
    class: 'not-now',
    message: (d) => `The SFTP server at ${d.host}:${d.port} shows host key ${d.found}, not the pinned one.`,
    hint: 'If its operator has renewed the server, set SFTP_HOST_KEY to the new fingerprint. Otherwise another machine may pose as the server.',
  },
  SFTP_NOT_SAFE: {
    class: 'not-now',
    message: (d) => `The SFTP server at ${d.host}:${d.port} cannot be used safely: ${d.reason}.`,
    hint: 'A short key of ours: make a new one (`ssh-keygen -t ed25519`), give its public part to the server’s operator, and set SFTP_PRIVATE_KEY_FILE. Anything else its operator must mend: the server needs a host key of Ed25519, ECDSA or RSA with 2048 bits, and algorithms without SHA-1.',
  },
  FILE_NAME_TAKEN: {
    class: 'blocks-lane',
    message: (d) => `${d.name} cannot be put onto SFTP: ${d.reason}.`,
    hint: {
      cases: [
        {
          when: 'no name was free',
          applies: (d) => d.namesTried !== undefined,
          hint: 'Move old files out of that folder, then run the job again (`atp lane <shop> retry <sequence>` if a file is blocked by it).',
        },
      ],
      otherwise:
        'Move the foreign file away, then `atp lane <shop> retry <sequence>`; or `rewrite`, which keeps it under archive/<shop>/set-aside/.',
    },
  },
  FILE_MISSING: {
    class: 'blocks-lane',
    message: (d) => `${d.name} is not on SFTP.`,
    hint: `Someone moved or deleted the file. Put it back, then \`atp lane <shop> retry <sequence>\`; or \`rewrite\`, which makes it again. ${LANE_STOPS}`,
  },
  FILE_CHECKSUM_MISMATCH: {
    class: 'blocks-lane',
    message: (d) =>
      `${d.name} on SFTP is not the file that was written (sha256 ${d.found}, expected ${d.expected}).`,
    hint: {
      cases: [
        {
          when: '`atp doctor` tried the file drop',
          applies: (d) => d.triedBy === 'doctor',
          hint: 'The server changes files, so no file on it can be trusted: ask its operator why.',
        },
      ],
      otherwise: `Someone changed the file. Put the original back, then \`atp lane <shop> retry <sequence>\`; or \`rewrite\`, which makes it again. ${LANE_STOPS}`,
    },
  },
} as const satisfies Record<string, ErrorEntry>;
