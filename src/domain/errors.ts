/**
 * Every failure that a person can meet, with a stable code, what happened and what to do.
 *
 * The code is an interface: scripts match on it, Temporal shows it as the failure's type, and
 * docs/reference/errors.md lists it. The class (error-class.ts) decides what a machine does next.
 */
import type { ErrorClass } from './error-class.ts';
import type { ErrorDetail, ErrorEntry, HintText } from './error-codes/error-entry.ts';
import { ACCESS_ERRORS } from './error-codes/access.ts';
import { ALERT_ERRORS } from './error-codes/alerts.ts';
import { FEED_ERRORS } from './error-codes/feeds.ts';
import { FILE_ERRORS } from './error-codes/files.ts';
import { IMPORT_ERRORS } from './error-codes/imports.ts';
import { INPUT_ERRORS } from './error-codes/inputs.ts';
import { LANE_ERRORS } from './error-codes/lane.ts';
import { SERVICE_ERRORS } from './error-codes/services.ts';
import { SHOPIFY_ERRORS } from './error-codes/shopify.ts';
import { SHOWN_TEXT_LENGTH_MAX } from './limits.ts';
import { showText } from './shown-text.ts';

export type { ErrorDetail } from './error-codes/error-entry.ts';

export const ERRORS = {
  ...INPUT_ERRORS,
  ...FEED_ERRORS,
  ...IMPORT_ERRORS,
  ...FILE_ERRORS,
  ...LANE_ERRORS,
  ...SHOPIFY_ERRORS,
  ...SERVICE_ERRORS,
  ...ALERT_ERRORS,
  ...ACCESS_ERRORS,
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;

/** Stands for the values of an error that are not known: `<shopId>` for `shopId`. */
export const PLACEHOLDERS: ErrorDetail = new Proxy({}, { get: (_, name) => `<${String(name)}>` });

/** What to do about an error. Without its values it speaks in general: `atp lane <shopId> …`. */
export function hintOf(code: ErrorCode, detail?: ErrorDetail): string {
  const { hint }: ErrorEntry = ERRORS[code];
  if (typeof hint === 'string' || typeof hint === 'function') return hintText(hint, detail);
  const fitting = detail && hint.cases.find(({ applies }) => applies(detail));
  return hintText(fitting?.hint ?? hint.otherwise, detail);
}

export function hintText(hint: HintText, detail: ErrorDetail = PLACEHOLDERS): string {
  return typeof hint === 'string' ? hint : hint(detail);
}

/**
 * The one error that we throw on purpose. Its message and hint are made from the code, so they cannot disagree with
 * it. Its values may come from outside: each is made visible and cut here, before anything shows or stores it.
 */
export class AtpError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  readonly detail: ErrorDetail;

  constructor(code: ErrorCode, detail: ErrorDetail = {}, options?: ErrorOptions) {
    const shown = showDetail(detail);
    super(ERRORS[code].message(shown), options);
    this.name = 'AtpError';
    this.code = code;
    this.hint = hintOf(code, shown);
    this.detail = shown;
  }

  get class(): ErrorClass {
    return ERRORS[this.code].class;
  }
}

function showDetail(detail: ErrorDetail): ErrorDetail {
  return Object.fromEntries(
    Object.entries(detail).map(([name, value]) => [
      name,
      typeof value === 'string' ? showText(value, SHOWN_TEXT_LENGTH_MAX) : value,
    ]),
  );
}

/** Whether an error is the coded one. */
export function isCoded(error: unknown, code: ErrorCode): error is AtpError {
  return error instanceof AtpError && error.code === code;
}
