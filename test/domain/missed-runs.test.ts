import { expect, test } from 'vitest';
import {
  findLastLost,
  findMissedRuns,
  type MissedFacts,
  type ScheduleAct,
} from '../../src/domain/jobs/missed-runs.ts';
import { LOST_RUNS_TOLD_DAYS } from '../../src/domain/limits.ts';

const at = (time: string): Date => new Date(`2026-11-26T${time}:00Z`);

const FACTS: MissedFacts = {
  due: ['08:00', '09:00', '10:00', '11:00'].map(at),
  started: ['08:00', '11:00'].map(at),
  ...{ acts: [], worked: [], notBefore: null, isPaused: false, note: null, wasAway: false },
};
const act = (kind: ScheduleAct['kind'], time: string): ScheduleAct => ({
  ...{ kind, at: at(time), by: 'ann', reason: kind === 'pause' ? 'stock-taking' : null },
});

/** The reasons of 09:00 and 10:00. */
function reasonsOf(facts: Partial<MissedFacts>): readonly string[] {
  return findMissedRuns({ ...FACTS, ...facts }).map(
    ({ dueAt, reason }) => `${dueAt.slice(11, 16)} ${reason}`,
  );
}

test.each<[string, Partial<MissedFacts>, string[]]>([
  ['started all', { started: FACTS.due }, []],
  ['nobody knows', {}, ['09:00 UNKNOWN', '10:00 UNKNOWN']],
  ['the server was away', { wasAway: true }, ['09:00 OUTAGE', '10:00 OUTAGE']],
  ['paused', { acts: [act('pause', '08:30')] }, ['09:00 PAUSED', '10:00 PAUSED']],
  [
    'paused and resumed',
    { acts: [act('pause', '08:30'), act('resume', '09:30')] },
    ['09:00 PAUSED', '10:00 UNKNOWN'],
  ],
  ['paused elsewhere', { isPaused: true, note: 'by hand' }, ['09:00 PAUSED', '10:00 PAUSED']],
  [
    'the run before still worked',
    { worked: [{ workflowId: 'w', from: at('08:00'), to: at('09:40') }] },
    ['09:00 OVERLAP', '10:00 UNKNOWN'],
  ],
  [
    'it still works',
    { worked: [{ workflowId: 'w', from: at('09:30'), to: null }] },
    ['09:00 UNKNOWN', '10:00 OVERLAP'],
  ],
  ['left out', { acts: [act('skip', '08:30')], notBefore: at('09:01') }, ['09:00 LEFT_OUT', '10:00 UNKNOWN']],
  ['a later start', { acts: [act('schedule', '08:30')], notBefore: at('09:01') }, ['10:00 UNKNOWN']],
])('runs that were due and not started: %s', (_name, facts, reasons) => {
  expect(reasonsOf(facts)).toEqual(reasons);
});

test('it says who paused, and which run still worked', () => {
  const [paused] = findMissedRuns({ ...FACTS, acts: [act('pause', '08:30')] });
  expect(paused?.why).toBe('paused by ann since 2026-11-26T08:30:00.000Z: stock-taking');
  const worked = [{ workflowId: 'hardSync/acme', from: at('08:00'), to: at('09:40') }];
  const [behind] = findMissedRuns({ ...FACTS, worked });
  expect(behind?.why).toBe(
    'the run hardSync/acme, begun 2026-11-26T08:00:00.000Z, worked until 2026-11-26T09:40:00.000Z',
  );
});

test('what was lost last is told for some days, and what a person wanted is never lost', () => {
  const lost = findMissedRuns({ ...FACTS, due: ['08:00', '09:00', '10:00', '11:00'].map(at) });
  const later = (days: number) => new Date(at('10:00').getTime() + days * 24 * 60 * 60_000);
  expect(findLastLost(lost, later(LOST_RUNS_TOLD_DAYS))).toBe('2026-11-26T10:00:00.000Z');
  expect(findLastLost(lost, new Date(later(LOST_RUNS_TOLD_DAYS).getTime() + 1))).toBeNull();

  const paused = findMissedRuns({ ...FACTS, acts: [act('pause', '08:30')] });
  expect(paused).toHaveLength(2);
  expect(findLastLost(paused, at('12:00'))).toBeNull();
});
