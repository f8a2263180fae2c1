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
  PASSWORD_WRONG: {
    class: 'not-allowed',
    message: () => 'The password until now is not right, so it stays.',
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
  ANSWER_UNKNOWN: {
    class: 'callers-fault',
    message: (d) => `There is no answer ${d.id} for you here.`,
    hint: 'An answer is told once, to whoever has asked, and is kept for 15 minutes while the same `atp serve` runs. What became of an act is in the audit log (`atp audit log`), and what a job does in `atp pipeline`; a look is asked for again.',
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
  USER_OF_PROVIDER: {
    class: 'callers-fault',
    message: (d) => `"${d.userName}" signs in by ${d.issuer}, which has the password and says the role.`,
    hint: 'Change it there: the groups of ATP_OIDC_ROLES give roles. `atp user remove` ends all sessions of the person.',
  },
  OIDC_UNREACHABLE: {
    class: 'retry',
    message: (d) => `The OpenID provider ${d.issuer} cannot be used: ${d.reason}.`,
    hint: 'Try again in a moment; whoever has a password of atp-sync signs in as ever. If it stays so, check ATP_OIDC_ISSUER: <issuer>/.well-known/openid-configuration must answer this machine.',
  },
  OIDC_REFUSED: {
    class: 'not-signed-in',
    message: (d) => `The OpenID provider’s answer lets nobody in: ${d.reason}.`,
    hint: 'Begin anew at /api/session/oidc, in the same browser and within ten minutes. If it stays so, compare ATP_OIDC_CLIENT_ID, its secret and the redirect URI <address>/api/session/oidc/callback with what the provider has, and the clocks of both machines.',
  },
  OIDC_ROLE_MISSING: {
    class: 'not-allowed',
    message: (d) =>
      `The OpenID provider names no group of this person that has a role here (claim ${d.claim}).`,
    hint: 'Whoever looks after the provider adds the person to a group of ATP_OIDC_ROLES; then sign in again.',
  },
  OIDC_NAME_TAKEN: {
    class: 'not-now',
    message: (d) => `Another account is called "${d.userName}" already, and it is not that of this person.`,
    hint: 'An admin looks with `atp user list` whose it is. If it is an earlier account of the same person, `atp user remove` makes room; then sign in again.',
  },
  OIDC_SECRET_MISSING: {
    class: 'not-now',
    message: (d) => `The secret of the OpenID provider cannot be read from ${d.reference}.`,
    hint: 'Put it there as one line of visible characters. `atp serve` reads its variables when it starts; a file counts at once.',
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
