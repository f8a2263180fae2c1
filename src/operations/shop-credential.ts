/** The two ways in which a shop's credential is named: an access token, or an app with its secret. */
import { AtpError } from '../domain/errors.ts';
import type { NameOf } from './operation.ts';

interface GivenCredential {
  readonly token?: string | undefined;
  readonly clientId?: string | undefined;
  readonly clientSecret?: string | undefined;
}

/** @throws AtpError INPUT_INVALID when both ways, or half of one, are given; or none, where one is needed */
export function requireOneWay(given: GivenCredential, nameOf: NameOf, isNeeded: boolean): void {
  const { token, clientId, clientSecret } = given;
  const isToken = token !== undefined && clientId === undefined && clientSecret === undefined;
  const isApp = token === undefined && clientId !== undefined && clientSecret !== undefined;
  const isNone = token === undefined && clientId === undefined && clientSecret === undefined;
  if (isToken || isApp || (isNone && !isNeeded)) return;
  throw new AtpError('INPUT_INVALID', {
    reason: `give either ${nameOf('token')}, or both ${nameOf('clientId')} and ${nameOf('clientSecret')}`,
  });
}

/** As it is stored (src/domain/credential-reference.ts); undefined: none was given. */
export function referenceOf({ token, clientId, clientSecret }: GivenCredential): string | undefined {
  return token ?? (clientId === undefined ? undefined : `client:${clientId}:${clientSecret}`);
}
