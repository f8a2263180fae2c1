/** The HTTP API in this process, on a port of its own, over a real database: what `atp serve` serves. */
import { join } from 'node:path';
import { randomBytes, scryptSync } from 'node:crypto';
import packageJson from '../../package.json' with { type: 'json' };
import { PATIENCE } from '../../src/api/connections.ts';
import { EVENT_PACE } from '../../src/api/events.ts';
import { commandShapes } from '../../src/cli/command-shapes.ts';
import { requestSignal } from '../../src/api/request-signal.ts';
import { createApiServer, type ServerParts } from '../../src/api/server.ts';
import type { Problem } from '../../src/api/problem.ts';
import { API_DATABASE_SESSIONS_MAX, API_REQUESTS_PER_MINUTE_MAX } from '../../src/domain/limits.ts';
import type { Role } from '../../src/domain/role.ts';
import { openLog } from '../../src/main/log.ts';
import { openApplication, type OpenApplication } from '../../src/main/application.ts';
import { hashOfSecret, makeSecret } from '../../src/operations/access/secrets.ts';
import type { Database } from '../../src/postgres/database.ts';
import { addUser } from '../../src/postgres/access/users.ts';
import { addToken } from '../../src/postgres/access/api-tokens.ts';
import { requireDescribed } from './answer-schemas.ts';
import { atpWith, type Atp } from '../cli/atp.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { freshDatabase, type FreshDatabase } from '../setup/fresh-database.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: unknown;
}

export interface ApiUnderTest {
  readonly url: string;
  readonly database: Database;
  readonly databaseUrl: string;
  /** The commands of the same installation. */
  readonly atp: Atp;
  readonly server: Awaited<ReturnType<typeof createApiServer>>;
  readonly tokens: Readonly<Record<Role, string>>;
  /** Lines of the server's log. */
  readonly log: string[];
  /** Asks with the admin's token, unless `init` has a header of its own. */
  ask(path: string, init?: RequestInit): Promise<Answer>;
  post(path: string, input: unknown, init?: RequestInit): Promise<Answer>;
}

/** The pages as `npm test` builds them before it begins. */
const CONSOLE_FOLDER = join(import.meta.dirname, '../../dist/console');

/** @param own a database that the test has made itself; absent: a new one */
export async function openApi(
  environment: Readonly<Record<string, string>> = {},
  parts: Partial<ServerParts> = {},
  changed: (app: OpenApplication) => OpenApplication = (app) => app,
  own?: FreshDatabase,
): Promise<ApiUnderTest> {
  const fresh = own ?? (await freshDatabase());
  const variables = { DATABASE_URL: fresh.url, ...environment };
  const atp = await atpWith(variables);
  const app = changed(
    openApplication(
      { variables, folder: atp.folder },
      { signalOf: requestSignal, sessionsMax: API_DATABASE_SESSIONS_MAX },
    ),
  );
  const log: string[] = [];
  const server = await createApiServer({
    app,
    version: packageJson.version,
    log: openLog('debug', { write: (line) => void log.push(line) }),
    hosts: [],
    tls: null,
    proxy: null,
    isOnLoopback: true,
    identityProvider: null,
    requestsPerMinuteMax: API_REQUESTS_PER_MINUTE_MAX,
    eventPace: EVENT_PACE,
    consoleFolder: CONSOLE_FOLDER,
    commands: commandShapes(),
    patience: PATIENCE,
    isReady: () => Promise.resolve(true),
    ...parts,
  });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  cleanUp(async () => {
    await server.close();
    await app.close();
  });
  const tokens = {
    viewer: await giveToken(fresh, 'viewer'),
    operator: await giveToken(fresh, 'operator'),
    admin: await giveToken(fresh, 'admin'),
  };
  const ask: ApiUnderTest['ask'] = async (path, init = {}) => {
    const response = await fetch(`${url}${path}`, {
      ...init,
      headers: withoutEmpty({ authorization: `Bearer ${tokens.admin}`, ...(init.headers as GivenHeaders) }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    const json: unknown = isJson ? JSON.parse(text) : null;
    if (response.status === 200 && isJson) requireDescribed(path, json);
    return { status: response.status, headers: response.headers, text, json };
  };
  return {
    ...{ database: fresh.database, databaseUrl: fresh.url, url, atp, server, tokens, log, ask },
    post: (path, input, init = {}) =>
      ask(path, {
        method: 'POST',
        body: JSON.stringify(input),
        ...init,
        headers: { 'content-type': 'application/json', ...(init.headers as GivenHeaders) },
      }),
  };
}

type GivenHeaders = Readonly<Record<string, string>>;

/** An empty header is one that is not sent. */
function withoutEmpty(headers: GivenHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''));
}

async function giveToken({ database }: FreshDatabase, role: Role): Promise<string> {
  const token = makeSecret('atp_');
  await addToken(database, { name: role, role, hash: hashOfSecret(token), createdBy: 'test', days: 1 });
  return token;
}

export const PASSWORD = 'correct horse battery staple';

export interface SignedIn {
  readonly setCookie: string;
  /** As a browser sends it back. */
  readonly cookie: string;
  readonly csrfToken: string;
  readonly json: unknown;
}

/** Signs a person in; `role` null: the account is there. */
export async function signIn(
  api: ApiUnderTest,
  userName: string,
  role: Role | null,
  password = PASSWORD,
): Promise<SignedIn> {
  if (role !== null) await addUser(api.database, { userName, role, passwordHash: cheapHash(password) });
  const answer = await api.post('/api/session', { userName, password }, { headers: { authorization: '' } });
  if (answer.status !== 200) throw new Error(`${userName} is not signed in: ${answer.text}`);
  const setCookie = answer.headers.get('set-cookie') ?? '';
  const [cookie = ''] = setCookie.split(';');
  const { csrfToken } = answer.json as { readonly csrfToken: string };
  return { setCookie, cookie, csrfToken, json: answer.json };
}

/** As the product keeps it, at small costs: a hash names its own. */
export function cheapHash(password: string): string {
  const salt = randomBytes(16);
  const key = scryptSync(password, salt, 32, { N: 2 ** 10, r: 8, p: 1 });
  const text = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
  return `$scrypt$ln=10,r=8,p=1$${text(salt)}$${text(key)}`;
}

/** The status and the code of a refusal. Fails when it is none, or lacks its words. */
export function refusalOf({ status, headers, json, text }: Answer): string {
  const problem = json as Partial<Problem> | null;
  const hasWords = problem?.detail && problem.hint && problem.title && problem.requestId;
  if (headers.get('content-type') !== 'application/problem+json; charset=utf-8' || !hasWords) {
    throw new Error(`${status} is no problem with its words: ${text}`);
  }
  if (problem.status !== status) throw new Error(`${status} says that it is ${problem.status}`);
  return `${status} ${problem.code}`;
}
