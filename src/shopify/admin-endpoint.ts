/** Where a call goes. All calls go through here, so that the token is sent to the endpoint and to nothing else. */
import type { createAdminApiClient } from '@shopify/admin-api-client';
import { AtpError } from '../domain/errors.ts';
import { SEND_WITHIN_MS, SHOPIFY_ANSWER_BYTES_MAX } from '../domain/limits.ts';
import { isHttpOnLoopback } from '../domain/loopback.ts';
import type { SendDeadline } from '../domain/send-deadline.ts';
import { isShopDomain } from '../domain/shop-domain.ts';
import { AnswerTooLongError, NotSentInTimeError, sendRequest } from './send-request.ts';

type Fetch = NonNullable<Parameters<typeof createAdminApiClient>[0]['customFetchApi']>;

/** How far one call has come. */
export interface Sending {
  /** False: nothing of it can have been executed. */
  hasLeft: boolean;
  /** Its answer was longer than any of Shopify's, and was not read to its end. */
  isAnswerTooLong: boolean;
}

export function beginSending(): Sending {
  return { hasLeft: false, isAnswerTooLong: false };
}

/** `fetch` for one call that must leave before a deadline. */
export type FetchBy = (deadline: SendDeadline | null, sending?: Sending) => Fetch;

/** Where the calls of a shop go. */
export interface Endpoint {
  readonly shopId: string;
  readonly domain: string;
  /** The whole endpoint of a stand-in; null: the address that the client makes of the shop's domain. */
  readonly adminUrl: string | null;
}

/**
 * Makes `fetch` for the client of a shop. It does not follow redirects: they would send the token elsewhere. Domain and
 * admin URL are checked here again: the database may have got them without us.
 *
 * @throws AtpError INPUT_INVALID when `adminUrl` is not plain HTTP on the loopback, or the domain is none of Shopify's
 */
export function fetchFrom({ shopId, domain, adminUrl }: Endpoint): FetchBy {
  if (adminUrl !== null && !isHttpOnLoopback(adminUrl)) {
    const reason = `the admin URL of shop "${shopId}" is not http on the loopback, the only place where a stand-in may be`;
    throw new AtpError('INPUT_INVALID', { reason });
  }
  if (adminUrl === null && !isShopDomain(domain)) {
    const reason = `the domain of shop "${shopId}" is not <name>.myshopify.com, the only hosts that a token is sent to`;
    throw new AtpError('INPUT_INVALID', { reason });
  }
  return (deadline, sending) => async (url, init) => {
    if (sending) Object.assign(sending, beginSending());
    try {
      return await sendRequest(adminUrl ?? url, {
        method: init?.method ?? 'GET',
        headers: Object.fromEntries(new Headers(init?.headers as ConstructorParameters<typeof Headers>[0])),
        body: typeof init?.body === 'string' ? init.body : '',
        signal: init?.signal ?? null,
        deadline,
        onLeaving: () => {
          if (sending) sending.hasLeft = true;
        },
      });
    } catch (error) {
      if (sending) sending.isAnswerTooLong = error instanceof AnswerTooLongError;
      throw new Error(networkReason(error), { cause: error });
    }
  };
}

const TOO_LONG = `the answer is longer than ${SHOPIFY_ANSWER_BYTES_MAX / 1024 ** 2} MiB`;

/** The error of a call whose answer was too long. */
export function answerTooLongError(domain: string): AtpError {
  return new AtpError('SHOPIFY_RESPONSE_UNEXPECTED', { reason: `${TOO_LONG} (${domain})` });
}

function networkReason(error: unknown): string {
  if (error instanceof NotSentInTimeError) return `it could not be sent within ${SEND_WITHIN_MS / 1000} s`;
  if (error instanceof AnswerTooLongError) return TOO_LONG;
  const { message, code } = error as NodeJS.ErrnoException;
  return code ?? message;
}
