/** The HTTP API in this process, on a port of its own, over a real database: what `atp serve` serves. */
import packageJson from '../../package.json' with { type: 'json' };
import { createApiServer, type ServerParts } from '../../src/api/server.ts';
import type { Problem } from '../../src/api/problem.ts';
import { API_REQUESTS_PER_MINUTE_MAX } from '../../src/domain/limits.ts';
import type { Role } from '../../src/domain/role.ts';
import { openLog } from '../../src/main/log.ts';
import { openApplication, type OpenApplication } from '../../src/main/application.ts';
import { hashOfSecret, makeSecret } from '../../src/operations/access/secrets.ts';
import { addToken } from '../../src/postgres/access/api-tokens.ts';
import { atpWith, type Atp } from '../cli/atp.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { freshDatabase, type FreshDatabase } from '../setup/fresh-database.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: unknown;
}

export interface ApiUnderTest extends FreshDatabase {
  readonly url: string;
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

export async function openApi(
  environment: Readonly<Record<string, string>> = {},
  parts: Partial<ServerParts> = {},
  changed: (app: OpenApplication) => OpenApplication = (app) => app,
): Promise<ApiUnderTest> {
  const fresh = await freshDatabase();
  const variables = { DATABASE_URL: fresh.url, ...environment };
  const atp = await atpWith(variables);
  const app = changed(openApplication({ variables, folder: atp.folder }));
  const log: string[] = [];
  const server = await createApiServer({
    app,
    version: packageJson.version,
    log: openLog('debug', { write: (line) => void log.push(line) }),
    hosts: [],
    tls: null,
    proxy: null,
    isOnLoopback: true,
    requestsPerMinuteMax: API_REQUESTS_PER_MINUTE_MAX,
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
      headers: { authorization: `Bearer ${tokens.admin}`, ...(init.headers as Record<string, string>) },
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: isJson ? JSON.parse(text) : null,
    };
  };
  return {
    ...{ ...fresh, url, atp, server, tokens, log, ask },
    post: (path, input, init = {}) =>
      ask(path, {
        method: 'POST',
        body: JSON.stringify(input),
        ...init,
        headers: { 'content-type': 'application/json', ...(init.headers as Record<string, string>) },
      }),
  };
}

async function giveToken({ database }: FreshDatabase, role: Role): Promise<string> {
  const token = makeSecret('atp_');
  await addToken(database, { name: role, role, hash: hashOfSecret(token), createdBy: 'test', days: 1 });
  return token;
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
