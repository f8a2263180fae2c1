/** The console over a whole installation: the API in this process, and people who sign in to it. */
import type { Page } from 'playwright-core';
import { addUser } from '../../src/postgres/access/users.ts';
import type { Role } from '../../src/domain/role.ts';
import { cheapHash, openApi, PASSWORD, type ApiUnderTest } from '../api/api-under-test.ts';
import type { Installation } from '../end-to-end/installation.ts';
import { signInTo } from './browser.ts';

const ROLES: readonly Role[] = ['viewer', 'operator', 'admin'];

/** Serves the installation, with a person of each role, who has its name. */
export async function serveConsole(
  installation: Installation,
  environment: Readonly<Record<string, string>> = {},
): Promise<ApiUnderTest> {
  const url = installation.environment['DATABASE_URL'] ?? '';
  const own = { database: installation.database, url };
  const api = await openApi({ ...installation.environment, ...environment }, {}, undefined, own);
  for (const role of ROLES)
    await addUser(installation.database, { userName: role, role, passwordHash: cheapHash(PASSWORD) });
  return api;
}

export async function signInAs(page: Page, role: Role): Promise<void> {
  await signInTo(page, role, PASSWORD);
}
