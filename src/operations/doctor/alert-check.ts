import { ALERT_GIVEN_UP_TOLD_MS, ALERT_LATE_AFTER_MS } from '../../domain/limits.ts';
import { counted } from '../../domain/words.ts';
import { listTargetStates } from '../../postgres/alerts/targets.ts';
import type { Application } from '../application.ts';
import { check, faulty, fine, type Check, type Finding } from './check.ts';

export function checkAlerts(app: Application): Promise<Check> {
  return check('Alerts', () => inspectAlerts(app));
}

/** A target that takes no message cannot be told of it: doctor, and the other targets, are. */
async function inspectAlerts(app: Application): Promise<Finding> {
  const targets = await listTargetStates(await app.database());
  if (targets.length === 0) {
    return fine(
      'Nobody is told when something is wrong.',
      '`atp alert add` names a webhook, a Slack channel or a mail address (docs/guides/alerts.md).',
    );
  }
  const now = Date.now();
  const isOlder = (at: Date | null, ms: number) => at !== null && at.getTime() < now - ms;
  const stuck = targets.filter(
    ({ waitingSince, givenUpAt }) =>
      isOlder(waitingSince, ALERT_LATE_AFTER_MS) ||
      (givenUpAt !== null && !isOlder(givenUpAt, ALERT_GIVEN_UP_TOLD_MS)),
  );
  const [first] = stuck;
  if (!first) return fine(`${counted(targets.length, 'target')}, and no message waits for long.`);
  const words = stuck.map(
    ({ name, waiting, lastError }) =>
      `${name} has not accepted ${counted(waiting, 'message')}${lastError === null ? '' : ` (${lastError})`}`,
  );
  const since = first.waitingSince ?? first.givenUpAt;
  return faulty(
    `${words.join('; ')}.`,
    `\`atp alert test ${first.name}\` tries it now, and says what is wrong.`,
    {
      code: 'ALERTS_NOT_DELIVERED',
      since,
    },
  );
}
