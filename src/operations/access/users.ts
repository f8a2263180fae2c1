/** People who sign in to the HTTP API: accounts of this installation. */
import { choice, pattern, secret } from '../../domain/input-fields.ts';
import { PASSWORD_LENGTH_MIN } from '../../domain/limits.ts';
import { ROLES } from '../../domain/role.ts';
import {
  addUser as storeUser,
  findUser,
  listUsers as readUsers,
  removeUser as deleteUser,
  setPassword as storePassword,
  setRole,
  type User,
} from '../../postgres/access/users.ts';
import { defineOperation, type Context } from '../operation.ts';
import { hashPassword } from './passwords.ts';

export const USER_NAME_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._@-]{0,62}$';

const userName = pattern('who it is; capitals do not count', {
  pattern: USER_NAME_PATTERN,
  wanted: 'a name of 1 to 63 letters, digits, ".", "_", "@" and "-"',
  placeholder: 'name',
});
const role = choice('what the person may do', ROLES);
const password = secret('the password', PASSWORD_LENGTH_MIN);

export const addUser = defineOperation({
  name: 'user.add',
  role: 'admin',
  description: 'let a person sign in to the HTTP API',
  fields: { userName, role, password },
  stateOf: userState,
  run: async ({ app }, { password: typed, ...user }) =>
    storeUser(await app.database(), { ...user, passwordHash: await hashPassword(typed) }),
});

export const listUsers = defineOperation({
  name: 'user.list',
  role: 'admin',
  isRead: true,
  description: 'who may sign in to the HTTP API, and in which role',
  fields: {},
  run: async ({ app }) => readUsers(await app.database()),
});

export const setUser = defineOperation({
  name: 'user.set',
  role: 'admin',
  description: 'give a person another role, from the next request on',
  fields: { userName, role },
  stateOf: userState,
  run: async ({ app }, { userName: who, role: next }) => setRole(await app.database(), who, next),
});

export const setPassword = defineOperation({
  name: 'user.password',
  role: 'admin',
  description: 'give a person another password, and end all sessions of that person',
  fields: { userName, password },
  stateOf: userState,
  run: async ({ app }, { userName: who, password: typed }) =>
    storePassword(await app.database(), who, await hashPassword(typed)),
});

export const removeUser = defineOperation({
  name: 'user.remove',
  role: 'admin',
  description: 'let a person sign in no more, and end all sessions of that person',
  fields: { userName },
  stateOf: userState,
  run: async ({ app }, { userName: who }) => deleteUser(await app.database(), who),
});

export const USER_OPERATIONS = [addUser, listUsers, setUser, setPassword, removeUser] as const;

async function userState({ app }: Context, input: { readonly userName: string }): Promise<User | null> {
  return findUser(await app.database(), input.userName);
}
