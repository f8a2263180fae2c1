import { showAuditLog } from '../operations/audit.ts';
import type { ResultOf } from '../operations/operation.ts';
import { command } from './command.ts';
import { shortTime } from './report.ts';
import { table } from './table.ts';

type Act = ResultOf<typeof showAuditLog>['acts'][number];

export const AUDIT_COMMANDS = [
  command({
    path: 'audit log',
    operation: showAuditLog,
    show: ({ acts, more }) => {
      const rows = acts.map((act) => [
        shortTime(act.startedAt.toISOString()),
        act.actor,
        act.via,
        act.act,
        act.outcome ?? 'not ended',
        actInWords(act),
      ]);
      const text = table(['When', 'Who', 'From', 'Act', 'Outcome', 'What'], rows, 'Nothing was done.');
      return more ? `${text}\nThere are more: --limit shows them.` : text;
    },
  }),
];

/** What the act changed or, when it records no change, the input that it got. One line a value. */
function actInWords({ input, before, after }: Act): string {
  if (before === null && after === null) return valuesInWords(propertiesOf(input));
  const was = propertiesOf(before);
  const is = propertiesOf(after);
  if (before === null) return valuesInWords(is);
  if (after === null) return `${valuesInWords(was)}\n(removed)`;
  const changed = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  const told = Object.entries(propertiesOf(input)).filter(([name]) => !changed.includes(name));
  const changes = changed.map((name) => `${name} ${inWords(was[name])} → ${inWords(is[name])}`);
  return [
    valuesInWords(Object.fromEntries(told)),
    ...(changes.length === 0 ? ['(nothing changed)'] : changes),
  ].join('\n');
}

function valuesInWords(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${inWords(value)}`)
    .join('\n');
}

function propertiesOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function inWords(value: unknown): string {
  if (value === null || value === undefined) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
