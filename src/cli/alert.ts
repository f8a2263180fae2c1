import { durationText } from '../domain/duration.ts';
import {
  addAlertTarget,
  listAlertTargets,
  removeAlertTarget,
  testAlertTarget,
} from '../operations/alerts.ts';
import { listConditions } from '../operations/conditions.ts';
import { command } from './command.ts';
import { shortTime } from './report.ts';
import { table } from './table.ts';

export const ALERT_COMMANDS = [
  command({
    path: 'alert add',
    operation: addAlertTarget,
    arguments: ['name'],
    show: ({ name, kind, address }) =>
      `${name} (${kind}${address === null ? '' : `, ${address}`}) is told from now on. \`atp alert test ${name}\` tries it.`,
  }),
  command({
    path: 'alert list',
    operation: listAlertTargets,
    show: ({ targets, conditions }) => {
      const rows = targets.map((target) => [
        target.name,
        target.kind,
        target.address,
        target.minSeverity,
        durationText(target.remindEveryMs),
        timeOf(target.lastDeliveredAt),
        target.waiting,
        target.lastError,
      ]);
      const head = ['Target', 'Kind', 'Where', 'From', 'Reminder', 'Last delivered', 'Waiting', 'Last error'];
      const told = conditions.map(({ code, shopId, since, detail }) => [code, shopId, timeOf(since), detail]);
      return [
        table(head, rows, 'Nobody is told: `atp alert add` names a target.'),
        table(
          ['Condition', 'Shop', 'Since', 'What'],
          told,
          'Nothing is wrong, as far as the watch has seen.',
        ),
      ].join('\n');
    },
  }),
  command({
    path: 'alert conditions',
    operation: listConditions,
    show: ({ lookedAt, isWatched, conditions }) => {
      const rows = conditions.map(({ code, severity, shopId, since, detail, whatToDo }) => [
        ...[severity, code, shopId, timeOf(since), detail, whatToDo],
      ]);
      const stopped = isWatched
        ? ''
        : ' No watch has looked since, so nobody knows what is wrong now: start a worker.';
      const looked = lookedAt
        ? `Looked at ${timeOf(lookedAt)}.${stopped}`
        : 'No watch has looked yet: start a worker.';
      const head = ['Severity', 'Condition', 'Shop', 'Since', 'What', 'What to do'];
      return [table(head, rows, 'Nothing is wrong, as far as the watch has seen.'), looked].join('\n');
    },
  }),
  command({
    path: 'alert test',
    operation: testAlertTarget,
    arguments: ['name'],
    show: ({ name }) => `${name} has accepted the test message.`,
  }),
  command({
    path: 'alert remove',
    operation: removeAlertTarget,
    arguments: ['name'],
    show: ({ name }) => `${name} is told nothing any more.`,
  }),
];

function timeOf(time: Date | null): string | null {
  return shortTime(time?.toISOString() ?? null);
}
