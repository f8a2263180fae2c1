import { listTokens } from '../../postgres/access/api-tokens.ts';
import type { Application } from '../application.ts';

/** Whether anybody can use the HTTP API. */
export async function hasAccess(app: Application): Promise<boolean> {
  const tokens = await listTokens(await app.database());
  return tokens.some(({ isExpired }) => !isExpired);
}
