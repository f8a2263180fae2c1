/** Who may do what: every operation, in every role, by every way in. */
import { beforeAll, describe, expect, test } from 'vitest';
import { routeOf } from '../../src/api/route.ts';
import { ROLES, type Role } from '../../src/domain/role.ts';
import { OPERATIONS } from '../../src/operations/operations.ts';
import { openApi, refusalOf, signIn, type ApiUnderTest, type SignedIn } from './api-under-test.ts';

let api: ApiUnderTest;
let people: Readonly<Record<Role, SignedIn>>;

beforeAll(async () => {
  api = await openApi();
  people = {
    viewer: await signIn(api, 'viewer', 'viewer'),
    operator: await signIn(api, 'operator', 'operator'),
    admin: await signIn(api, 'admin', 'admin'),
  };
});

/** A request that everybody who may do the act gets refused for its input: nothing is done. */
async function tryOut(
  operation: (typeof OPERATIONS)[number],
  headers: Readonly<Record<string, string>>,
): Promise<string> {
  const { method, path, carries, fileField } = routeOf(operation);
  const isFile = carries === 'file';
  const query = method === 'GET' || isFile ? `?${fileField ?? 'noSuchField'}=a.csv&noSuchField=1` : '';
  const body = isFile ? 'a,b' : JSON.stringify({ noSuchField: 1 });
  return refusalOf(
    await api.ask(`${path}${query}`, {
      method,
      ...(method === 'POST' && { body }),
      headers: {
        authorization: '',
        ...(method === 'POST' && { 'content-type': isFile ? 'text/csv' : 'application/json' }),
        ...headers,
      },
    }),
  );
}

const DONE = '400 INPUT_INVALID';
const TOO_SMALL = '403 ROLE_INSUFFICIENT';

describe.each(OPERATIONS.map((operation) => [operation.name, operation.role, operation] as const))(
  '%s, for the role %s,',
  (_name, needed, operation) => {
    const isAllowed = (role: Role) => ROLES.indexOf(role) >= ROLES.indexOf(needed);

    test('is for nobody who is not signed in', async () => {
      expect(await tryOut(operation, {})).toBe('401 SIGN_IN_NEEDED');
    });

    test.each(ROLES)(
      'as %s, by token, by session, and by a session without the token of our pages',
      async (role) => {
        const verdict = isAllowed(role) ? DONE : TOO_SMALL;
        const { cookie, csrfToken } = people[role];
        const isSafe = routeOf(operation).method === 'GET';

        expect(await tryOut(operation, { authorization: `Bearer ${api.tokens[role]}` })).toBe(verdict);
        expect(await tryOut(operation, { cookie, 'atp-csrf-token': csrfToken })).toBe(verdict);
        expect(await tryOut(operation, { cookie })).toBe(isSafe ? verdict : '403 FOREIGN_REQUEST');
      },
    );
  },
);

test('every role has something that it may not do, but for the admin', () => {
  const needed = OPERATIONS.map(({ role }) => role);
  for (const role of ROLES) expect(needed.filter((one) => one === role).length).toBeGreaterThan(5);
});
