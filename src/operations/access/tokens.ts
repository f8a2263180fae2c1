/** Tokens by which programs use the HTTP API. */
import { byDefault, choice, id, wholeNumber } from '../../domain/input-fields.ts';
import { API_TOKEN_DAYS, API_TOKEN_DAYS_MAX } from '../../domain/limits.ts';
import { ROLES } from '../../domain/role.ts';
import {
  addToken as storeToken,
  listTokens as readTokens,
  removeToken,
  useToken,
} from '../../postgres/access/api-tokens.ts';
import type { Application } from '../application.ts';
import { defineOperation, type Caller } from '../operation.ts';
import { hashOfSecret, makeSecret } from './secrets.ts';

const PREFIX = 'atp_';
const name = id('what the token is called: the program that has it', 'name');

export const addToken = defineOperation({
  name: 'token.add',
  role: 'admin',
  description: 'a new token of the HTTP API for a program; it is shown once, now',
  fields: {
    name,
    role: choice('what the program may do', ROLES),
    days: byDefault(wholeNumber('days for which it is good', 1, API_TOKEN_DAYS_MAX), API_TOKEN_DAYS),
  },
  run: async ({ app, caller }, { name: called, role, days }) => {
    const token = makeSecret(PREFIX);
    const added = await storeToken(await app.database(), {
      ...{ name: called, role, days },
      hash: hashOfSecret(token),
      createdBy: caller.name,
    });
    return { ...added, token };
  },
});

export const listTokens = defineOperation({
  name: 'token.list',
  role: 'admin',
  description: 'the tokens of programs, with their roles and ends',
  fields: {},
  isRead: true,
  run: async ({ app }) => readTokens(await app.database()),
});

export const revokeToken = defineOperation({
  name: 'token.revoke',
  role: 'admin',
  description: 'let a token be worth nothing from now on',
  fields: { name },
  run: async ({ app }, { name: called }) => removeToken(await app.database(), called),
});

export const TOKEN_OPERATIONS = [addToken, listTokens, revokeToken] as const;

/** Who has the token; null: nobody, or its time is over. The audit log names it with a blank, which no user's name has. */
export async function callerOfToken(app: Application, token: string): Promise<Caller | null> {
  const found = await useToken(await app.database(), hashOfSecret(token));
  return found && { name: `token ${found.name}`, role: found.role, via: 'api' };
}
