import { z } from 'zod';
import type { AdminClient } from './admin-client.ts';

const ANSWER = z.object({
  currentAppInstallation: z.object({ accessScopes: z.array(z.object({ handle: z.string() })) }),
});

export async function readAccessScopes(client: AdminClient): Promise<readonly string[]> {
  const { currentAppInstallation } = await client.request('ReadAccessScopes', {}, ANSWER);
  return currentAppInstallation.accessScopes.map(({ handle }) => handle);
}
