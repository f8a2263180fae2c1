/** What each kind of error means to a machine. A code has one class, so no caller needs a list of codes. */

interface ClassMeaning {
  /** The exit code of a command that fails with it (docs/reference/cli.md). */
  readonly exitCode: 1 | 2;
  /** The status of an HTTP answer that reports it. */
  readonly httpStatus: 400 | 401 | 403 | 409 | 422 | 429 | 503;
  /** Whether Temporal tries the same call again by itself. */
  readonly isRetried: boolean;
  /** The heading and the first lines of its codes in docs/reference/errors.md. */
  readonly title: string;
  readonly meaning: string;
}

export const ERROR_CLASSES = {
  'callers-fault': {
    exitCode: 2,
    httpStatus: 400,
    isRetried: false,
    title: 'The input is wrong',
    meaning:
      'Trying again cannot help: correct what the message names. A workflow fails with the code as its type.',
  },
  'not-allowed': {
    exitCode: 1,
    httpStatus: 403,
    isRetried: false,
    title: 'The caller may not do it',
    meaning: 'The input is right, but it takes another role.',
  },
  'not-signed-in': {
    exitCode: 1,
    httpStatus: 401,
    isRetried: false,
    title: 'Nobody is signed in',
    meaning: 'The HTTP API does not know who asks. Nothing was looked at.',
  },
  'not-now': {
    exitCode: 1,
    httpStatus: 409,
    isRetried: false,
    title: 'The input is right, but it cannot be done now',
    meaning: 'Something else must happen first: do what the hint says, or wait, then repeat the command.',
  },
  row: {
    exitCode: 2,
    httpStatus: 422,
    isRetried: false,
    title: 'One row is refused',
    meaning:
      'The other rows go on. A row of a feed is in its error file; a row of a file is quarantined, and `atp lane <shop>` shows it.',
  },
  'blocks-lane': {
    exitCode: 1,
    httpStatus: 409,
    isRetried: false,
    title: 'A file cannot be applied',
    meaning: 'It blocks its shop’s lane: nothing later is applied until a person has decided.',
  },
  'too-soon': {
    exitCode: 1,
    httpStatus: 429,
    isRetried: false,
    title: 'Somebody asks too often',
    meaning: 'The HTTP API takes no more from this client for now. Nothing was done.',
  },
  retry: {
    exitCode: 1,
    httpStatus: 503,
    isRetried: true,
    title: 'A service cannot be used right now',
    meaning:
      'A job tries again by itself, with the same call. When a file still fails after some minutes, it blocks its shop’s lane, and each later run tries it again. A command fails, and may be repeated.',
  },
} as const satisfies Record<string, ClassMeaning>;

export type ErrorClass = keyof typeof ERROR_CLASSES;
