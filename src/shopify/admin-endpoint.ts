/** Where a call goes. All calls go through here, so that the token is sent to the endpoint and to nothing else. */
import type { createAdminApiClient } from '@shopify/admin-api-client';
import { AtpError } from '../domain/errors.ts';
import { isHttpOnLoopback } from '../domain/loopback.ts';

type Fetch = NonNullable<Parameters<typeof createAdminApiClient>[0]['customFetchApi']>;

/**
 * `fetch` for the client of a shop. It does not follow redirects: they would send the token elsewhere.
 *
 * @param adminUrl the whole endpoint of a stand-in, or null for the address that the client makes of the shop's domain
 * @throws AtpError INPUT_INVALID when `adminUrl` is not plain HTTP on the loopback
 */
export function fetchFrom(shopId: string, adminUrl: string | null): Fetch {
  if (adminUrl !== null && !isHttpOnLoopback(adminUrl)) {
    const reason = `the admin URL of shop "${shopId}" is not http on the loopback, the only place where a stand-in may be`;
    throw new AtpError('INPUT_INVALID', { reason });
  }
  return async (url, init) => {
    try {
      return await fetch(adminUrl ?? url, { ...init, redirect: 'manual' });
    } catch (error) {
      throw new Error(networkReason(error), { cause: error });
    }
  };
}

/** The message of a failed fetch is always "fetch failed"; its cause says why. */
function networkReason(error: unknown): string {
  const { message, cause } = error as Error;
  const { code, message: inner } = (cause ?? {}) as { code?: string; message?: string };
  return code ?? inner ?? message;
}
