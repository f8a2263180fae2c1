import { subjectOf, textOf, type AlertMessage } from '../domain/alert-message.ts';
import { AtpError } from '../domain/errors.ts';
import { ALERT_SEND_TIMEOUT_MS } from '../domain/limits.ts';
import { isLoopbackHost } from '../domain/loopback.ts';

export interface MailTarget {
  readonly name: string;
  readonly to: string;
  /** Null: the user of the SMTP server, if that is an address. */
  readonly from: string | null;
  /** `smtps://user:password@host:465` (TLS) or `smtp://user:password@host:587` (STARTTLS). */
  readonly smtpUrl: string;
}

/**
 * Sends a mail in plain text. The connection is encrypted and the server's certificate checked, except on the loopback.
 *
 * The whole of it has one limit. Limits of its parts are not enough: a server that sends one more line every few seconds
 * is never silent, and nobody else would be told meanwhile.
 *
 * @throws AtpError ALERT_NOT_ACCEPTED; no error has the password
 */
export async function sendMail(
  { name, to, from, smtpUrl }: MailTarget,
  message: AlertMessage,
  timeoutMs = ALERT_SEND_TIMEOUT_MS,
): Promise<void> {
  const url = URL.parse(smtpUrl);
  if (!url || !/^smtps?:$/.test(url.protocol) || url.hostname === '') {
    const reason =
      'its SMTP server is to be named as smtps://user:password@host:465 or smtp://user:password@host:587';
    throw new AtpError('ALERT_NOT_ACCEPTED', { name, reason });
  }
  const [user, password] = [url.username, url.password].map(decode) as [string, string];
  const isTls = url.protocol === 'smtps:';
  const { createTransport } = await import('nodemailer');
  const transport = createTransport({
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port || (isTls ? 465 : 587)),
    secure: isTls,
    requireTLS: !isTls && !isLoopbackHost(url.hostname),
    ignoreTLS: !isTls && isLoopbackHost(url.hostname),
    ...(user !== '' && { auth: { user, pass: password } }),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    await transport.sendMail({
      from: from ?? (user.includes('@') ? user : `atp-sync@${url.hostname}`),
      to,
      subject: subjectOf(message),
      text: textOf(message),
      messageId: `<${message.id}@atp-sync>`,
      signal,
    });
  } catch (error) {
    const reason = signal.aborted ? `does not answer within ${timeoutMs / 1000} s` : reasonOf(error);
    throw new AtpError('ALERT_NOT_ACCEPTED', { name, reason: `${url.host} ${reason}` });
  } finally {
    transport.close();
  }
}

/** By nodemailer's codes and the server's status. Its words are left out: a server may quote what it was sent. */
function reasonOf(error: unknown): string {
  const { code, responseCode } = error as { readonly code?: unknown; readonly responseCode?: unknown };
  const words = typeof code === 'string' ? code : 'failed';
  return typeof responseCode === 'number'
    ? `answers ${responseCode} (${words})`
    : `cannot be used (${words})`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
