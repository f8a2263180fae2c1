/** What went wrong at the provider, with a code of ours. Its words are shown, its tokens and our secret never. */
import * as client from 'openid-client';
import { AtpError } from '../domain/errors.ts';
import { SHOWN_TEXT_LENGTH_MAX } from '../domain/limits.ts';
import { showText } from '../domain/shown-text.ts';

export function unreachable(issuer: string, error: unknown): AtpError {
  return new AtpError('OIDC_UNREACHABLE', { issuer, reason: reasonOf(error) }, { cause: error });
}

/** Of an answer that lets nobody in; of none at all, that it cannot be reached. */
export function refusalOf(issuer: string, error: unknown): AtpError {
  if (error instanceof AtpError) return error;
  if (isAway(error)) return unreachable(issuer, error);
  return new AtpError('OIDC_REFUSED', { reason: reasonOf(error) }, { cause: error });
}

function isAway(error: unknown): boolean {
  // Undici's word for a connection that cannot be made or breaks.
  if (error instanceof TypeError) return true;
  if (!(error instanceof client.ClientError)) return false;
  if (error.code === 'OAUTH_TIMEOUT' || error.code === 'OAUTH_ABORT') return true;
  return error.cause instanceof Response && error.cause.status >= 500;
}

function reasonOf(error: unknown): string {
  // `error` of RFC 6749 is a word out of a list, such as access_denied or invalid_client.
  const isByWord =
    error instanceof client.ResponseBodyError || error instanceof client.AuthorizationResponseError;
  if (isByWord) return showText(error.error, SHOWN_TEXT_LENGTH_MAX);
  if (error instanceof TypeError) {
    const { code } = (error.cause ?? {}) as NodeJS.ErrnoException;
    return code ?? error.message;
  }
  if (!(error instanceof Error)) return 'it gave no reason';
  const status = error.cause instanceof Response ? `, HTTP ${error.cause.status}` : '';
  const inner = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return showText(`${error.message}${status}${inner}`, SHOWN_TEXT_LENGTH_MAX);
}
