/**
 * What clients have asked, in the order of execution (or of refusal, such as THROTTLED), so that a test can prove what was
 * applied, and how often. It is kept in memory; beyond its limits the oldest requests are dropped.
 */
import type { AppliedRow } from './execution-context.ts';
import type { UserError } from './user-error.ts';

export interface LoggedRequest {
  /** When it was executed, ISO 8601. */
  readonly at: string;
  readonly domain: string;
  /** The operation's name in its document; null for an unnamed one and for what could not be read. */
  readonly operation: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly idempotencyKey: string | null;
  /** Answered from the key store: `applied` is empty. */
  readonly replayed: boolean;
  readonly applied: readonly AppliedRow[];
  readonly userErrors: readonly UserError[];
  /** Codes of the top-level errors, their messages where they have none. */
  readonly errors: readonly string[];
  /** The HTTP status that the client was sent; null when it was sent no answer at all. */
  readonly status: number | null;
  /** Points; `actual` is null when nothing was charged. Null when the document could not be read. */
  readonly cost: { readonly requested: number; readonly actual: number | null } | null;
  /** The fault that made it go wrong; null when none did. */
  readonly fault: string | null;
}

/** Enough for a million rows in calls of 250, read and written. */
const REQUEST_LIMIT = 10_000;
/** Bounds the memory: a call of 250 rows takes about 60 kB here. */
const TEXT_LIMIT_CHARS = 128 * 1024 * 1024;

interface Entry {
  readonly domain: string;
  readonly operation: string | null;
  readonly text: string;
}

export class RequestLog {
  #entries: Entry[] = [];
  #chars = 0;

  add(request: LoggedRequest): void {
    const text = JSON.stringify(request);
    this.#entries.push({ domain: request.domain, operation: request.operation, text });
    this.#chars += text.length;
    let dropped = 0;
    while (this.#entries.length - dropped > REQUEST_LIMIT || this.#chars > TEXT_LIMIT_CHARS) {
      this.#chars -= this.#entries[dropped]?.text.length ?? 0;
      dropped += 1;
    }
    if (dropped > 0) this.#entries = this.#entries.slice(dropped);
  }

  clear(): void {
    this.#entries = [];
    this.#chars = 0;
  }

  /** A JSON array of LoggedRequest, oldest first. */
  toJson(filter: { readonly domain?: string | undefined; readonly operation?: string | undefined }): string {
    const chosen = this.#entries.filter(
      ({ domain, operation }) =>
        (filter.domain === undefined || domain === filter.domain) &&
        (filter.operation === undefined || operation === filter.operation),
    );
    return `[${chosen.map(({ text }) => text).join(',')}]`;
  }
}
