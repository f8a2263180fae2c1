import { AtpError } from '../domain/errors.ts';
import { ALERT_SEND_TIMEOUT_MS } from '../domain/limits.ts';
import { isHttpOnLoopback } from '../domain/loopback.ts';

/**
 * Posts JSON. A redirect is no acceptance: the address is what an operator has named. Errors name the host alone, because
 * the rest of an address may be a secret.
 *
 * @throws AtpError ALERT_NOT_ACCEPTED
 */
export async function post(
  name: string,
  address: string,
  body: string,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const url = URL.parse(address);
  const isAllowed = url?.protocol === 'https:' || isHttpOnLoopback(address);
  if (!url || !isAllowed) {
    throw new AtpError('ALERT_NOT_ACCEPTED', { name, reason: 'its address is no https:// URL' });
  }
  const fail = (reason: string) =>
    new AtpError('ALERT_NOT_ACCEPTED', { name, reason: `${url.host} ${reason}` });
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
      redirect: 'manual',
      signal: AbortSignal.timeout(ALERT_SEND_TIMEOUT_MS),
    });
  } catch (error) {
    throw fail(reasonOf(error));
  }
  await response.body?.cancel();
  if (!response.ok) throw fail(`answers HTTP ${response.status}`);
}

function reasonOf(error: unknown): string {
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return `does not answer within ${ALERT_SEND_TIMEOUT_MS / 1000} s`;
  }
  const cause = (error as { readonly cause?: { readonly code?: unknown } }).cause;
  return `cannot be reached (${typeof cause?.code === 'string' ? cause.code : 'no connection'})`;
}
