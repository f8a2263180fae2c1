/** Instants in words, for tables, tooltips and sentences. */

/** "26 Nov 2026, 17:24:05 CET": in the zone of the browser unless another is named. */
export function absolute(at: string | number, timeZone?: string, hasSeconds = false): string {
  return new Intl.DateTimeFormat('en-GB', {
    ...{ day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' },
    ...(hasSeconds && { second: '2-digit' }),
    ...(timeZone !== undefined && { timeZone }),
    timeZoneName: 'short',
  }).format(new Date(at));
}

/** A sentence of the server with its instants as people read them: "since 26 Nov 2026, 17:24 CET". Some come to the minute. */
export function withReadableInstants(text: string): string {
  return text.replace(/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?Z/g, (instant) =>
    absolute(instant.replace(' ', 'T')),
  );
}
