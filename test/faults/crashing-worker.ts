/**
 * Loaded into a worker by `node --import`. It writes every point that the worker comes to into the file
 * CRASH_RECORD_FILE. Once there is an order (CrashOrder) in the file CRASH_ORDER_FILE, the worker gets its signal at the
 * point that the order names. The order is taken away first, so it is carried out once.
 */
import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { OutgoingMessage, type ClientRequest, type IncomingMessage } from 'node:http';
import { isMainThread } from 'node:worker_threads';
import type { ClientBase } from 'pg';
import { CRASH_POINTS, labelOf, type CrashOrder, type Moment, type RecordedPoint } from './crash-points.ts';

// Threads of the worker's sandbox load this file as well; they touch no driver.
if (isMainThread) {
  await watchPostgres();
  await watchSftp();
  await watchTemporal();
  watchHttp();
}

interface Passage {
  readonly moment: Moment;
  /** The whole text, for named points. */
  readonly text: string;
  /** What the label of a recorded point is made of, where that is not the text. */
  readonly labelled?: string;
  readonly isInTransaction?: boolean;
}

/** Records the point, and carries out the order when this is the point that it names. */
function passPoint(passage: Passage): void {
  const { moment, text, labelled = text, isInTransaction = false } = passage;
  const point = { moment, label: labelOf(labelled), isInTransaction, isEffect: isEffect(passage) };
  appendFileSync(process.env['CRASH_RECORD_FILE'] ?? '', `${JSON.stringify(point)}\n`);
  const order = readOrder();
  if (!order || !isAt(order.at, { ...passage, ...point })) return;
  rmSync(orderFile());
  process.kill(process.pid, order.signal);
}

function isEffect({ moment, text }: Passage): boolean {
  switch (moment) {
    case 'committed':
      return /\b(INSERT INTO|(?<!FOR )UPDATE|DELETE FROM)\b/.test(text);
    case 'call-answered':
      return text.includes('mutation ');
    case 'uploaded':
    case 'renamed':
    case 'removed':
    case 'folder-made':
    case 'lane-woken':
      return true;
    case 'statement-begins':
    case 'statement-answered':
    case 'folder-opened':
    case 'heartbeat':
      return false;
  }
}

let counted = { order: '', times: 0 };

function isAt(
  at: CrashOrder['at'],
  { moment, text, label }: Passage & Pick<RecordedPoint, 'label'>,
): boolean {
  if (typeof at === 'string') return CRASH_POINTS[at].moment === moment && CRASH_POINTS[at].of.test(text);
  if (at.moment !== moment || at.label !== label) return false;
  const order = readFileSync(orderFile(), 'utf8');
  counted = { order, times: counted.order === order ? counted.times + 1 : 1 };
  return counted.times === at.occurrence;
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
    const isInTransaction = open.has(this);
    passPoint({ moment: 'statement-begins', text: statement, isInTransaction });
    const answer = query.apply(this, args);
    // Knex's own statements and streams come with a callback or an object, and have no promise.
    if (statement === '' || !(answer instanceof Promise)) return answer;
    return answer.then((result: unknown) => {
      const isEnd = statement === 'COMMIT' || statement === 'ROLLBACK';
      passPoint({
        moment: 'statement-answered',
        text: statement,
        isInTransaction: isInTransaction && !isEnd,
      });
      if (statement.startsWith('BEGIN')) open.set(this, []);
      else if (statement === 'ROLLBACK') open.delete(this);
      else if (statement === 'COMMIT' || !open.has(this)) {
        const statements = open.get(this) ?? [statement];
        open.delete(this);
        passPoint({
          moment: 'committed',
          text: statements.join(';\n'),
          labelled: statements.at(-1) ?? '',
        });
      } else open.get(this)?.push(statement);
      return result;
    });
  };
}

async function watchSftp(): Promise<void> {
  const { default: SftpClient } = await import('ssh2-sftp-client');
  const { connect, fastPut, rename, mkdir, delete: remove } = SftpClient.prototype;
  SftpClient.prototype.fastPut = async function (localPath, path, options) {
    const result = await fastPut.call(this, localPath, path, options);
    passPoint({ moment: 'uploaded', text: path });
    return result;
  };
  SftpClient.prototype.rename = async function (from, to) {
    const result = await rename.call(this, from, to);
    passPoint({ moment: 'renamed', text: to });
    return result;
  };
  SftpClient.prototype.connect = async function (options) {
    const wrapper = await connect.call(this, options);
    const opendir = wrapper.opendir.bind(wrapper);
    wrapper.opendir = (path, done) => {
      opendir(path, (error, folder) => {
        passPoint({ moment: 'folder-opened', text: path });
        done(error, folder);
      });
    };
    return wrapper;
  };
  SftpClient.prototype.mkdir = async function (path, recursive) {
    const result = await mkdir.call(this, path, recursive);
    passPoint({ moment: 'folder-made', text: path });
    return result;
  };
  SftpClient.prototype.delete = async function (path, noErrorOk) {
    const result = await remove.call(this, path, noErrorOk);
    passPoint({ moment: 'removed', text: path });
    return result;
  };
}

async function watchTemporal(): Promise<void> {
  const { WorkflowClient } = await import('@temporalio/client');
  const clients = WorkflowClient.prototype as unknown as { signalWithStart: Query };
  const { signalWithStart } = clients;
  clients.signalWithStart = async function (this: unknown, ...args) {
    const result = await signalWithStart.apply(this, args);
    passPoint({ moment: 'lane-woken', text: String(args[0]) });
    return result;
  };
  const { Context } = await import('@temporalio/activity');
  const { current } = Context;
  const watched = new WeakSet<InstanceType<typeof Context>>();
  Context.current = () => {
    const context = current();
    if (watched.has(context)) return context;
    watched.add(context);
    const { heartbeat } = context;
    const heartbeatAndPass = (details?: unknown): void => {
      heartbeat(details);
      passPoint({ moment: 'heartbeat', text: context.info.activityType });
    };
    return Object.assign(context, { heartbeat: heartbeatAndPass });
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
    response.once('end', () => passPoint({ moment: 'call-answered', text: bodies.get(request) ?? '' }));
  });
}
