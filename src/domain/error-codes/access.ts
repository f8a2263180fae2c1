/** Who may use the HTTP API, and how it is reached. */
import { API_REQUESTS_PER_MINUTE_MAX } from '../limits.ts';
import type { ErrorEntry } from './error-entry.ts';

export const ACCESS_ERRORS = {
  REQUEST_INVALID: {
    class: 'callers-fault',
    message: (d) => `The request cannot be taken: ${d.reason}.`,
    hint: 'Correct what the message names; docs/guides/api.md says how each operation is asked for.',
  },
  SIGN_IN_NEEDED: {
    class: 'not-signed-in',
    message: (d) => `Nobody is signed in: ${d.reason}.`,
    hint: 'Sign in at /api/session, or send the header "Authorization: Bearer <token>"; an admin makes users and tokens with `atp user add` and `atp token add`.',
  },
  SIGN_IN_REFUSED: {
    class: 'not-signed-in',
    message: () => 'The name or the password is not right.',
    hint: 'Try again, or ask an admin: `atp user set-password <name>` gives another password.',
  },
  FOREIGN_REQUEST: {
    class: 'not-allowed',
    message: (d) => `The request does not come from a page of ours: ${d.reason}.`,
    hint: 'Load the page anew. A program that signs in by a cookie sends `csrfToken` of /api/session in the header Atp-Csrf-Token; a token needs none.',
  },
  TOO_MANY_REQUESTS: {
    class: 'too-soon',
    message: (d) => `There were too many requests: ${d.reason}.`,
    hint: `Wait as long as the header Retry-After says. An address may ask ${API_REQUESTS_PER_MINUTE_MAX} times a minute.`,
  },
  API_ADDRESS_UNUSABLE: {
    class: 'not-now',
    message: (d) => `The API cannot listen at ${d.address}: ${d.reason}.`,
    hint: 'Another program has the address, or this machine has not: set ATP_API_ADDRESS to another one.',
  },
  CONSOLE_NOT_BUILT: {
    class: 'not-now',
    message: () => 'The pages of the console are not there; the API is.',
    hint: '`npm run build`, in the folder of the installation and with its development dependencies, makes them.',
  },
  API_WITHOUT_ACCESS: {
    class: 'not-now',
    message: (d) => `The API does not listen at ${d.address}, which others can reach: nobody has access yet.`,
    hint: '`atp user add <name> --role <role>` gives a person access, `atp token add` a program; then start it again.',
  },
  USER_UNKNOWN: {
    class: 'callers-fault',
    message: (d) => `No user is called "${d.userName}".`,
    hint: '`atp user list` shows them.',
  },
  USER_EXISTS: {
    class: 'callers-fault',
    message: (d) => `A user is called "${d.userName}" already; capitals do not count.`,
    hint: '`atp user set-role` and `atp user set-password` change it.',
  },
  API_TOKEN_UNKNOWN: {
    class: 'callers-fault',
    message: (d) => `No token is called "${d.name}".`,
    hint: '`atp token list` shows them.',
  },
  API_TOKEN_EXISTS: {
    class: 'callers-fault',
    message: (d) => `A token is called "${d.name}" already.`,
    hint: 'Give the new one another name, or `atp token revoke <name>` first.',
  },
} as const satisfies Record<string, ErrorEntry>;
