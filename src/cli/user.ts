import type { ResultOf } from '../operations/operation.ts';
import { addUser, listUsers, removeUser, setPassword, setUser } from '../operations/access/users.ts';
import { command } from './command.ts';
import { shortTime } from './report.ts';
import { table } from './table.ts';

type User = ResultOf<typeof setUser>;

const showUser = (user: User): string => userTable([user]);

export const USER_COMMANDS = [
  command({ path: 'user add', operation: addUser, arguments: ['userName'], show: showUser }),
  command({ path: 'user list', operation: listUsers, show: userTable }),
  command({ path: 'user set-role', operation: setUser, arguments: ['userName'], show: showUser }),
  command({ path: 'user set-password', operation: setPassword, arguments: ['userName'], show: showUser }),
  command({
    path: 'user remove',
    operation: removeUser,
    arguments: ['userName'],
    show: ({ userName }) => `${userName} can sign in no more.`,
  }),
];

function userTable(users: readonly User[]): string {
  return table(
    ['User', 'Role', 'Since', 'Password of', 'Signs in by'],
    users.map(({ userName, role, createdAt, passwordSetAt, issuer }) => [
      userName,
      role,
      shortTime(createdAt.toISOString()),
      passwordSetAt ? shortTime(passwordSetAt.toISOString()) : '',
      issuer ?? 'password',
    ]),
    'Nobody can sign in: `atp user add` names a person.',
  );
}
