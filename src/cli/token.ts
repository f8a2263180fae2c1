import { addToken, listTokens, revokeToken } from '../operations/access/tokens.ts';
import { command } from './command.ts';
import { shortTime } from './report.ts';
import { table } from './table.ts';

export const TOKEN_COMMANDS = [
  command({
    path: 'token add',
    operation: addToken,
    arguments: ['name'],
    show: ({ token, expiresAt }) =>
      `${token}\nIt is good until ${shortTime(expiresAt.toISOString())}, and is not shown again. It goes into the header "Authorization: Bearer …".`,
  }),
  command({
    path: 'token list',
    operation: listTokens,
    show: (tokens) =>
      table(
        ['Token', 'Role', 'Made by', 'Good until', 'Last used'],
        tokens.map(({ name, role, createdBy, expiresAt, lastUsedAt, isExpired }) => [
          name,
          role,
          createdBy,
          isExpired ? 'ended' : shortTime(expiresAt.toISOString()),
          shortTime(lastUsedAt?.toISOString() ?? null),
        ]),
        'There are no tokens: `atp token add` makes one.',
      ),
  }),
  command({
    path: 'token revoke',
    operation: revokeToken,
    arguments: ['name'],
    show: ({ name }) => `${name} is worth nothing any more.`,
  }),
];
