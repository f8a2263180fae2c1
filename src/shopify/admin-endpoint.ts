/** Where a call goes, and the only way out: nothing but the endpoint itself is ever sent the token. */
import type { createAdminApiClient } from '@shopify/admin-api-client';
import { AtpError } from '../domain/errors.ts';

type Fetch = NonNullable<Parameters<typeof createAdminApiClient>[0]['customFetchApi']>;

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * `fetch` for the client of a shop. Redirects are answers, not followed: they would carry the token elsewhere.
 *
 * @param adminUrl the whole endpoint of a stand-in, or null for the address that the client makes of the shop's domain
 * @throws AtpError INPUT_INVALID when `adminUrl` is not plain HTTP on the loopback
 */
export function fetchFrom(shopId: string, adminUrl: string | null): Fetch {
  if (adminUrl !== null && !isOnLoopback(adminUrl)) {
    const reason = `the admin URL of shop "${shopId}" is not http on the loopback, where alone a stand-in may be`;
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

function isOnLoopback(text: string): boolean {
  const url = URL.parse(text);
  return (
    url?.protocol === 'http:' && LOOPBACK.includes(url.hostname) && url.username === '' && url.password === ''
  );
}

/** `fetch failed` says nothing; its cause does. */
function networkReason(error: unknown): string {
  const { message, cause } = error as Error;
  const { code, message: inner } = (cause ?? {}) as { code?: string; message?: string };
  return code ?? inner ?? message;
}
