/** The control of the ordinary day: what is really wrong is told once, again after four hours, and that it has ended. */
import { expect, test } from 'vitest';
import { DELTA, Day } from './day.ts';
import { play, type Incident } from './play.ts';

/** Somebody deletes the schedule of the deltas, and makes it again five hours later. */
const DELETED: Incident = {
  ...{ name: 'schedule', at: 65, lasts: 0 },
  begin: (day) => day.deleteSchedule(DELTA),
};
const MADE_AGAIN: Incident = {
  ...{ name: 'schedule', at: 365, lasts: 0 },
  begin: (day) => day.schedule(DELTA),
};

test('a feed that stops and a schedule that is deleted are told once each, with a reminder and their end', async () => {
  const day = await Day.begin();
  const isCounting = (minute: number): boolean => minute < 70 || minute > 400;
  await play(day, { hours: 9, incidents: [DELETED, MADE_AGAIN], isCounting });

  const told = Object.groupBy(day.told, ({ what }) => what.split(' ')[1] ?? '');
  const phases = Object.entries(told).map(([code, all = []]) => [
    code,
    all.map(({ what }) => what.split(' ')[0]),
  ]);
  expect(Object.fromEntries(phases)).toEqual({
    SCHEDULE_NOT_RUNNING: ['began', 'still', 'ended'],
    // No delta is made any more, so changes do not get to Shopify; at 3:00 the Hard Sync brings them, and then new ones wait.
    CHANGE_TOO_OLD: ['began', 'ended', 'began', 'ended'],
    FEED_MISSING: ['began', 'still', 'ended'],
  });
  const minuteOf = (code: string, phase: string): number =>
    day.told.find(({ what }) => what === `${phase} ${code}`)?.minute ?? NaN;
  expect(minuteOf('SCHEDULE_NOT_RUNNING', 'began') - DELETED.at).toBeLessThanOrEqual(10);
  expect(minuteOf('SCHEDULE_NOT_RUNNING', 'ended') - MADE_AGAIN.at).toBeLessThanOrEqual(10);
});
