/**
 * Loaded into a worker by `node --import`: once there is an order (CrashOrder) in the file CRASH_ORDER_FILE, the worker
 * gets its signal at the point that the order names. The order is taken away first, so it is carried out once.
 */
import { subscribe } from 'node:diagnostics_channel';
import { readFileSync, rmSync } from 'node:fs';
import { OutgoingMessage, type ClientRequest, type IncomingMessage } from 'node:http';
import { isMainThread } from 'node:worker_threads';
import type { ClientBase } from 'pg';
import { CRASH_POINTS, type CrashOrder, type Moment } from './crash-points.ts';

// Threads of the worker's sandbox load this file as well; they touch no driver.
if (isMainThread) {
  await watchPostgres();
  await watchSftp();
  watchHttp();
}

/** Carries out the order when the worker has come to its point. */
function strikeAt(moment: Moment, text: string): void {
  const order = readOrder();
  if (!order) return;
  const point = CRASH_POINTS[order.at];
  if (point.moment !== moment || !point.of.test(text)) return;
  rmSync(orderFile());
  process.kill(process.pid, order.signal);
}

function orderFile(): string {
  return process.env['CRASH_ORDER_FILE'] ?? '';
}

function readOrder(): CrashOrder | null {
  try {
    return JSON.parse(readFileSync(orderFile(), 'utf8')) as CrashOrder;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

type Query = (...args: unknown[]) => unknown;
type Write = (this: OutgoingMessage, ...args: unknown[]) => unknown;

async function watchPostgres(): Promise<void> {
  const { Client } = (await import('pg')).default;
  /** The statements of each connection's open transaction. */
  const open = new WeakMap<ClientBase, string[]>();
  const prototype = Client.prototype as unknown as { query: Query };
  const { query } = prototype;
  prototype.query = function (this: ClientBase, ...args) {
    const statement = typeof args[0] === 'string' ? args[0] : '';
    strikeAt('statement-begins', statement);
    const answer = query.apply(this, args);
    // Knex's own statements and streams come with a callback or an object, and have no promise.
    if (statement === '' || !(answer instanceof Promise)) return answer;
    return answer.then((result: unknown) => {
      strikeAt('statement-answered', statement);
      if (statement.startsWith('BEGIN')) open.set(this, []);
      else if (statement === 'ROLLBACK') open.delete(this);
      else if (statement === 'COMMIT' || !open.has(this)) {
        strikeAt('committed', (open.get(this) ?? [statement]).join(';\n'));
        open.delete(this);
      } else open.get(this)?.push(statement);
      return result;
    });
  };
}

async function watchSftp(): Promise<void> {
  const { default: SftpClient } = await import('ssh2-sftp-client');
  const { fastPut, rename } = SftpClient.prototype;
  SftpClient.prototype.fastPut = async function (localPath, path, options) {
    const result = await fastPut.call(this, localPath, path, options);
    strikeAt('uploaded', path);
    return result;
  };
  SftpClient.prototype.rename = async function (from, to) {
    const result = await rename.call(this, from, to);
    strikeAt('renamed', to);
    return result;
  };
}

/** Shopify's whole answer has come, and the product has not seen its end yet. */
function watchHttp(): void {
  const bodies = new WeakMap<OutgoingMessage, string>();
  const prototype = OutgoingMessage.prototype as unknown as Record<'write' | 'end', Write>;
  for (const method of ['write', 'end'] as const) {
    const original = prototype[method];
    prototype[method] = function (this: OutgoingMessage, ...args) {
      const [part] = args;
      if (Buffer.isBuffer(part)) bodies.set(this, (bodies.get(this) ?? '') + part.toString('utf8'));
      return original.apply(this, args);
    };
  }
  subscribe('http.client.response.finish', (message) => {
    const { request, response } = message as { request: ClientRequest; response: IncomingMessage };
    response.once('end', () => strikeAt('call-answered', bodies.get(request) ?? ''));
  });
}
