/** Asks the server. Each call has an end: what does not answer within REQUEST_TIMEOUT_MS is a problem, and told. */
import type { InputOf, OperationFacts, OperationName, ResultOf } from './operation-types.ts';
import { Problem, type ProblemFacts } from './problem.ts';
import { sendFile, type OnSent } from './upload.ts';

/** Longer than the server works at a request before it says where the answer will be. */
const REQUEST_TIMEOUT_MS = 60_000;
/** While a file of a million rows is sent. */
const LONG_REQUEST_TIMEOUT_MS = 30 * 60_000;
/**
 * Seconds that the server is to work before it tells how far it is. Of looks a page has many, and each one that is answered so
 * takes a place at the server.
 */
const PREFER_PROGRESS = { GET: { prefer: 'wait=5' }, POST: { prefer: 'wait=3' } };

export interface Session {
  readonly name: string;
  readonly role: 'viewer' | 'operator' | 'admin';
  readonly expiresAt: string | null;
  readonly csrfToken: string | null;
}

let csrfToken: string | null = null;
let operations: Promise<ReadonlyMap<string, OperationFacts>> | null = null;

/** All operations, once for each load of the page. */
export function readOperations(): Promise<ReadonlyMap<string, OperationFacts>> {
  operations ??= request<readonly OperationFacts[]>('/api/operations.json').then(
    (list) => new Map(list.map((facts) => [facts.name, facts])),
    (error: unknown) => {
      // The next one who asks tries again.
      operations = null;
      throw error;
    },
  );
  return operations;
}

/** Who is signed in; null: nobody. */
export async function readSession(): Promise<Session | null> {
  try {
    return keep(await request<Session>('/api/session'));
  } catch (error) {
    if (error instanceof Problem && error.facts.status === 401) return null;
    throw error;
  }
}

export async function signIn(userName: string, password: string): Promise<Session> {
  return keep(
    await request<Session>('/api/session', { method: 'POST', ...jsonBody({ userName, password }) }),
  );
}

/** Besides by a password: the provider at which people sign in, and where that begins. */
export interface SignInWays {
  readonly oidc: { readonly issuer: string; readonly start: string } | null;
}

export function readSignInWays(): Promise<SignInWays> {
  return request<SignInWays>('/api/session/ways');
}

/** Where the browser signs out at the provider of a company, too; null: the session here was all. */
export async function signOut(): Promise<string | null> {
  const headers = csrfHeaders();
  const ended = await request<{ readonly continueAt: string } | undefined>('/api/session', {
    ...{ method: 'DELETE', headers },
  });
  csrfToken = null;
  return ended?.continueAt ?? null;
}

function keep(session: Session): Session {
  csrfToken = session.csrfToken;
  return session;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** The content of the operation's file. */
  readonly file?: Blob | undefined;
  /** How much of the file has gone. */
  readonly onSent?: OnSent | undefined;
  /** What the server tells of work that takes long; null: nothing yet. */
  readonly onProgress?: ((told: string | null) => void) | undefined;
}

/** Does an operation. Throws Problem. */
export async function call<const Name extends OperationName>(
  name: Name,
  input: InputOf<Name>,
  { signal, file, onSent = () => undefined, onProgress }: CallOptions = {},
): Promise<ResultOf<Name>> {
  const facts = (await readOperations()).get(name);
  if (!facts) throw new Problem(unknownOperation(name));
  const prefer = onProgress === undefined ? {} : PREFER_PROGRESS[facts.method];
  if (facts.method === 'GET')
    return request(`${facts.path}${queryOf(input)}`, { signal, headers: prefer, onProgress });
  if (file !== undefined) {
    const headers = { 'content-type': 'application/octet-stream', ...prefer, ...csrfHeaders() };
    return request(
      `${facts.path}${queryOf(input)}`,
      { method: 'POST', file, headers, signal, onSent, onProgress },
      LONG_REQUEST_TIMEOUT_MS,
    );
  }
  const { body, headers } = jsonBody(input);
  return request(facts.path, {
    ...{ method: 'POST', body, headers: { ...headers, ...prefer, ...csrfHeaders() }, signal, onProgress },
  });
}

/** All rows of a list, as the browser saves them. Throws Problem. */
export async function readCsv(name: OperationName, input: object): Promise<Blob> {
  const facts = (await readOperations()).get(name);
  if (!facts) throw new Problem(unknownOperation(name));
  const url = `${facts.path}${queryOf(input)}`;
  const response = await sendAndWait(url, { headers: { accept: 'text/csv' } }, REQUEST_TIMEOUT_MS);
  return response.blob();
}

function queryOf(input: object): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(input) as [string, unknown][]) {
    if (value === undefined || value === null || value === '') continue;
    for (const each of Array.isArray(value) ? value : [value]) query.append(name, String(each));
  }
  return query.size === 0 ? '' : `?${query.toString()}`;
}

function jsonBody(input: object): {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
} {
  return { body: JSON.stringify(input), headers: { 'content-type': 'application/json' } };
}

function csrfHeaders(): Readonly<Record<string, string>> {
  return csrfToken === null ? {} : { 'atp-csrf-token': csrfToken };
}

interface Init {
  readonly method?: 'POST' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal | undefined;
  /** In place of `body`. */
  readonly file?: Blob;
  readonly onSent?: OnSent;
  readonly onProgress?: CallOptions['onProgress'];
}

async function request<T>(url: string, init: Init = {}, timeoutMs = REQUEST_TIMEOUT_MS): Promise<T> {
  const response = await sendAndWait(url, init, timeoutMs);
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

/** What the server says in the end: of work that takes long it tells first where its answer will be. */
async function sendAndWait(url: string, { onProgress, ...init }: Init, timeoutMs: number): Promise<Response> {
  let response = await send(url, init, timeoutMs);
  while (response.status === 202) {
    const place = response.headers.get('location');
    if (place === null) break;
    const { progress } = (await response.json()) as { readonly progress: string | null };
    onProgress?.(progress);
    response = await send(place, { signal: init.signal }, REQUEST_TIMEOUT_MS);
  }
  return response;
}

async function send(url: string, { signal, ...init }: Init, timeoutMs: number): Promise<Response> {
  const timeout = AbortSignal.timeout(timeoutMs);
  let response: Response;
  try {
    response = await ask(url, init, signal ? AbortSignal.any([signal, timeout]) : timeout);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem(timeout.aborted ? tooSlow(timeoutMs) : unreachable());
  }
  if (response.ok) return response;
  throw new Problem(await problemIn(response));
}

function ask(url: string, init: Omit<Init, 'signal'>, signal: AbortSignal): Promise<Response> {
  const { file, onSent = () => undefined, headers = {}, ...others } = init;
  if (file !== undefined) return sendFile({ url, file, headers, signal, onSent });
  return fetch(url, { ...others, headers, credentials: 'same-origin', signal });
}

async function problemIn(response: Response): Promise<ProblemFacts> {
  const requestId = response.headers.get('atp-request-id');
  const told = (await response.json().catch(() => ({}))) as Partial<ProblemFacts>;
  return {
    status: response.status,
    code: told.code ?? `HTTP_${response.status}`,
    detail: told.detail ?? 'The server has refused, and does not say why.',
    hint: told.hint ?? 'Look into the log of atp serve.',
    requestId,
  };
}

function unreachable(): ProblemFacts {
  return {
    ...{ status: 0, code: 'SERVER_UNREACHABLE', requestId: null },
    detail: 'The server of the console does not answer.',
    hint: 'Is the network there, and does `atp serve` run? The sync itself does not need it: jobs go on.',
  };
}

function tooSlow(timeoutMs: number): ProblemFacts {
  return {
    ...{ status: 0, code: 'SERVER_SILENT', requestId: null },
    detail: `The server did not answer within ${timeoutMs / 1000} s.`,
    hint: 'If it was an act, look whether it was done before you do it again.',
  };
}

function unknownOperation(name: string): ProblemFacts {
  return {
    ...{ status: 0, code: 'PAGE_OUTDATED', requestId: null },
    detail: `The server does not know ${name}.`,
    hint: 'The server is of another version than this page: load the page again.',
  };
}
