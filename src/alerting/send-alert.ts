/** Sends a message to a target, whatever kind it is. */
import type { AlertMessage } from '../domain/alert-message.ts';
import type { AlertTarget } from '../domain/alert-target.ts';
import { sendMail } from './mail.ts';
import type { Environment } from '../secrets/read-secret.ts';
import { readTargetSecret } from './secret.ts';
import { sendToSlack } from './slack.ts';
import { sendToWebhook } from './webhook.ts';

/**
 * Returns when the target has accepted the message.
 *
 * @throws AtpError ALERT_SECRET_MISSING, ALERT_NOT_ACCEPTED
 */
export type SendAlert = (target: AlertTarget, message: AlertMessage) => Promise<void>;

/** @param environment what an `env:NAME` reference is looked up in */
export function openAlerting(environment: Environment): SendAlert {
  return async (target, message) => {
    const { name, kind, sender } = target;
    const secret = readTargetSecret(name, target.secretRef, environment);
    const address = target.address ?? '';
    switch (kind) {
      case 'webhook':
        return sendToWebhook({ name, address, secret }, message);
      case 'slack':
        return sendToSlack({ name, url: secret }, message);
      case 'mail':
        return sendMail({ name, to: address, from: sender, smtpUrl: secret }, message);
    }
  };
}
