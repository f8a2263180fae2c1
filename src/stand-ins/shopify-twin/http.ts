/** Reads a request body of limited size, and sends an answer in the way that a fault asks for. */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Of a GraphQL request; a call of 250 rows has about 40 kB. */
export const GRAPHQL_BODY_LIMIT_BYTES = 4 * 1024 * 1024;
/** Of a control request; a seed of 100,000 products has about 10 MB. */
export const CONTROL_BODY_LIMIT_BYTES = 64 * 1024 * 1024;

export interface Reply {
  /** Null: no answer. */
  readonly status: number | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  /**
   * `never`: the connection stays open without an answer. `drop`: it is cut without one. `cut-off`: it is cut
   * in the middle of the body.
   */
  readonly delivery: 'whole' | 'never' | 'drop' | 'cut-off';
}

export function jsonReply(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return { status, headers, body: JSON.stringify(value), delivery: 'whole' };
}

/** The body as text; null when it is longer than the limit (the rest is not read). */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<string | null> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) return null;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limitBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export function send(response: ServerResponse, reply: Reply): void {
  if (reply.delivery === 'never') return;
  if (reply.delivery === 'drop' || reply.status === null) {
    response.destroy();
    return;
  }
  const bytes = Buffer.from(reply.body, 'utf8');
  response.writeHead(reply.status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': bytes.length,
    ...reply.headers,
  });
  if (reply.delivery === 'whole') response.end(bytes);
  else response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
}
