import { createHmac } from 'node:crypto';
import { subjectOf, textOf, type AlertMessage } from '../domain/alert-message.ts';
import { post } from './post.ts';

/**
 * Posts the message as JSON, signed: `Atp-Signature` is `v1=` and the HMAC-SHA256, in hex, of `<Atp-Timestamp>.<body>`
 * with the target's secret. A repeated delivery has the same `Atp-Message-Id`, and a timestamp of its own.
 */
export async function sendToWebhook(
  { name, address, secret }: { readonly name: string; readonly address: string; readonly secret: string },
  message: AlertMessage,
): Promise<void> {
  const body = JSON.stringify({ ...message, subject: subjectOf(message), text: textOf(message) });
  const timestamp = String(Math.floor(Date.now() / 1000));
  await post(name, address, body, {
    'atp-message-id': message.id,
    'atp-timestamp': timestamp,
    'atp-signature': `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`,
  });
}
