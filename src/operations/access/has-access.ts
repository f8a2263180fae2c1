import { listTokens } from '../../postgres/access/api-tokens.ts';
import { listUsers } from '../../postgres/access/users.ts';
import type { Application } from '../application.ts';

/** Whether anybody can use the HTTP API. */
export async function hasAccess(app: Application): Promise<boolean> {
  const database = await app.database();
  const [tokens, users] = await Promise.all([listTokens(database), listUsers(database)]);
  return users.length > 0 || tokens.some(({ isExpired }) => !isExpired);
}
