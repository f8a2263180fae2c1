import type { ErrorClass } from '../error-class.ts';

/** What is defined for each code. */
export interface ErrorEntry {
  readonly class: ErrorClass;
  /** What happened. */
  readonly message: (detail: ErrorDetail) => string;
  /** What the person who meets it does now, wherever the code is thrown. */
  readonly hint: HintText | HintByCase;
}

/** Values that a message or a hint names: ids, counts, file names. Never a secret, a token or a customer's data. */
export type ErrorDetail = Readonly<Record<string, string | number | null | undefined>>;

export type HintText = string | ((detail: ErrorDetail) => string);

/** For a code that is thrown in situations which need different advice: the first case that applies counts. */
export interface HintByCase {
  readonly cases: readonly HintCase[];
  readonly otherwise: HintText;
}

export interface HintCase {
  /** The situation in words, for docs/reference/errors.md: "When …". */
  readonly when: string;
  readonly applies: (detail: ErrorDetail) => boolean;
  readonly hint: HintText;
}
