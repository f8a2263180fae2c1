/** Who is told when something is wrong. */
import { randomUUID } from 'node:crypto';
import { testMessage } from '../domain/alert-message.ts';
import type { AlertTarget } from '../domain/alert-target.ts';
import { SEVERITIES } from '../domain/conditions.ts';
import { durationText } from '../domain/duration.ts';
import { hidden, reference } from '../domain/hidden-fields.ts';
import { choice, duration, id, optional } from '../domain/input-fields.ts';
import { REMIND_EVERY_DEFAULT_MS, REMIND_EVERY_MAX_MS, REMIND_EVERY_MIN_MS } from '../domain/limits.ts';
import { listOpenConditions } from '../postgres/alerts/conditions.ts';
import { addTarget, findTarget, listTargetStates, removeTarget } from '../postgres/alerts/targets.ts';
import { AtpError } from '../domain/errors.ts';
import { defineOperation, type NameOf } from './operation.ts';

const LOOPBACK = '(127\\.0\\.0\\.1|localhost|\\[::1\\])';
const ADDRESS = '[^\\s@<>",;]+@[^\\s@<>",;]+';

const TARGET_NAME = id('what the target is called', 'name');

/** The URL and the secret may be tokens: no error repeats them. */
const TARGET_FIELDS = {
  webhook: hidden('a URL that is posted to', {
    pattern: `^(https://[^\\s]+|http://${LOOPBACK}(:\\d+)?(/[^\\s]*)?)$`,
    wanted: 'https://host/…, or http:// on this machine',
    placeholder: 'url',
  }),
  secret: reference('where the key of a webhook’s signature is read from'),
  slack: reference('where the URL of Slack’s incoming webhook is read from'),
  mail: hidden('a mail address', {
    pattern: `^${ADDRESS}$`,
    wanted: 'one mail address, name@host',
    placeholder: 'address',
  }),
  smtp: reference(
    'where the URL of the SMTP server is read from: smtps://user:password@host:465, or smtp://…:587 with STARTTLS',
  ),
  from: hidden('from whom a mail comes (default: the user of the SMTP server)', {
    pattern: `^${ADDRESS}$`,
    wanted: 'one mail address, name@host',
    placeholder: 'address',
  }),
};

export const addAlertTarget = defineOperation({
  name: 'alert.add',
  role: 'admin',
  description:
    'name somebody who is told when something is wrong: a webhook, a Slack channel, a mail address',
  fields: {
    name: TARGET_NAME,
    webhook: optional(TARGET_FIELDS.webhook),
    secret: optional(TARGET_FIELDS.secret),
    slack: optional(TARGET_FIELDS.slack),
    mail: optional(TARGET_FIELDS.mail),
    smtp: optional(TARGET_FIELDS.smtp),
    from: optional(TARGET_FIELDS.from),
    severity: optional(
      choice('only conditions of this severity and above (default: warning, which is all)', SEVERITIES),
    ),
    remindEvery: optional(
      duration(
        `how often it is reminded of what goes on (default ${durationText(REMIND_EVERY_DEFAULT_MS)})`,
        REMIND_EVERY_MIN_MS,
        REMIND_EVERY_MAX_MS,
      ),
    ),
  },
  check: (input, nameOf) => void placeOf(input, nameOf),
  run: async ({ app, nameOf }, input) => {
    const { name, severity = 'warning', remindEvery = REMIND_EVERY_DEFAULT_MS } = input;
    const target = await addTarget(await app.database(), {
      name,
      ...placeOf(input, nameOf),
      minSeverity: severity,
      remindEveryMs: remindEvery,
    });
    return shown(target);
  },
});

interface GivenPlace {
  readonly webhook?: string | undefined;
  readonly secret?: string | undefined;
  readonly slack?: string | undefined;
  readonly mail?: string | undefined;
  readonly smtp?: string | undefined;
  readonly from?: string | undefined;
}

/** @throws AtpError INPUT_INVALID unless exactly one kind of target is named, with all that it needs */
function placeOf(
  { webhook, secret, slack, mail, smtp, from }: GivenPlace,
  nameOf: NameOf,
): Pick<AlertTarget, 'kind' | 'address' | 'sender' | 'secretRef'> {
  const given = (...values: readonly unknown[]) => values.filter((value) => value !== undefined).length;
  if (webhook !== undefined && secret !== undefined && given(slack, mail, smtp, from) === 0) {
    return { kind: 'webhook', address: webhook, sender: null, secretRef: secret };
  }
  if (slack !== undefined && given(webhook, secret, mail, smtp, from) === 0) {
    return { kind: 'slack', address: null, sender: null, secretRef: slack };
  }
  if (mail !== undefined && smtp !== undefined && given(webhook, secret, slack) === 0) {
    return { kind: 'mail', address: mail, sender: from ?? null, secretRef: smtp };
  }
  throw new AtpError('INPUT_INVALID', {
    reason: `give ${nameOf('webhook')} with ${nameOf('secret')}, or ${nameOf('slack')}, or ${nameOf('mail')} with ${nameOf('smtp')}`,
  });
}

export const listAlertTargets = defineOperation({
  name: 'alert.list',
  role: 'viewer',
  description: 'who is told, what waits to be told, and what is wrong now',
  fields: {},
  run: async ({ app }) => {
    const database = await app.database();
    const targets = await listTargetStates(database);
    const open = await listOpenConditions(database);
    return {
      targets: targets.map(({ waiting, waitingSince, lastDeliveredAt, givenUpAt, lastError, ...target }) => ({
        ...shown(target),
        ...{ waiting, waitingSince, lastDeliveredAt, givenUpAt, lastError },
      })),
      conditions: open.map(({ code, shopId, since, beganAt, detail, hint }) => ({
        ...{ code, shopId: shopId === '' ? null : shopId, since, beganAt, detail, hint },
      })),
    };
  },
});

export const testAlertTarget = defineOperation({
  name: 'alert.test',
  role: 'operator',
  description: 'send a target a test message now, from this machine',
  fields: { name: TARGET_NAME },
  run: async ({ app, progress }, { name }) => {
    const target = await findTarget(await app.database(), name);
    progress(`Sending to ${name}`);
    const send = await app.alerting();
    await send(target, testMessage(randomUUID(), new Date()));
    return { name, accepted: true };
  },
});

export const removeAlertTarget = defineOperation({
  name: 'alert.remove',
  role: 'admin',
  description: 'tell a target nothing any more; what waits for it is dropped',
  fields: { name: TARGET_NAME },
  run: async ({ app }, { name }) => {
    await removeTarget(await app.database(), name);
    return { name };
  },
});

export const ALERT_OPERATIONS = [
  addAlertTarget,
  listAlertTargets,
  testAlertTarget,
  removeAlertTarget,
] as const;

/** Of a webhook's URL the host alone: the rest may be a token. */
function shown({ kind, address, ...target }: AlertTarget) {
  const host = kind === 'webhook' && address !== null ? (URL.parse(address)?.host ?? null) : null;
  return { kind, ...target, address: kind === 'webhook' ? host : address };
}
