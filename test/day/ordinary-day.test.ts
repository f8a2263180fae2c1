/** Who is told what on an ordinary day: nothing, but of what is away for ten minutes, once, and that it is back. */
import { expect, test } from 'vitest';
import { buildOther } from '../end-to-end/other-build.ts';
import { Day, type Part, type Told } from './day.ts';
import { play, type Incident } from './play.ts';

const hour = (hours: number, minutes = 0): number => hours * 60 + minutes;

/** The network to a part is cut for ten minutes. */
function away(part: Part, at: number): Incident {
  return { name: part, at, lasts: 10, begin: (day) => day.cut(part), end: (day) => day.mend(part) };
}

const OUTAGES: readonly Incident[] = [
  // Each begins shortly before runs come due.
  away('postgres', hour(2, 10)),
  away('sftp', hour(5, 55)),
  { ...away('temporal', hour(8, 40)), stopsSchedules: true },
  away('shopify', hour(13, 10)),
  {
    ...{ name: 'worker', at: hour(17, 25), lasts: 10 },
    begin: (day) => day.killWorker(),
    end: (day) => day.startWorker(),
  },
];

const TOLD_OF: Readonly<Record<string, string>> = {
  postgres: 'DATABASE_AWAY',
  sftp: 'SFTP_AWAY',
  temporal: 'TEMPORAL_AWAY',
  shopify: 'SHOPIFY_AWAY',
  worker: 'WORKER_MISSING',
};

/** What an outage leaves is done with when the next runs are over and the watch has looked twice, also at Shopify. */
const OVER_AFTER_MINUTES = 40;

function ofIncident(told: readonly Told[], { at, lasts }: Incident): string[] {
  return told
    .filter(({ minute }) => minute >= at && minute <= at + lasts + OVER_AFTER_MINUTES)
    .map(({ what, shops }) => [what, ...shops].join(' '));
}

test('in 24 hours with sales, feeds, a deploy and a ten-minute outage of each part nobody is told what is not so, or twice', async () => {
  const WORKFLOW_BUNDLE_FILE = await buildOther('one more step');
  const deploy: Incident = {
    ...{ name: 'deploy', at: hour(11), lasts: 2 },
    begin: (day) => day.replaceWorker({ WORKFLOW_BUNDLE_FILE }),
  };
  const incidents = [...OUTAGES, deploy];
  const day = await Day.begin();
  await play(day, { hours: 24, incidents });

  console.log(
    day.told.map(({ minute, what }) => `${Math.floor(minute / 60)}:${minute % 60} ${what}`).join('\n'),
  );
  const isOfIncident = ({ minute }: Told): boolean =>
    incidents.some(({ at, lasts }) => minute >= at && minute <= at + lasts + OVER_AFTER_MINUTES);
  expect(day.told.filter((each) => !isOfIncident(each))).toEqual([]);
  expect(ofIncident(day.told, deploy)).toEqual([]);
  for (const outage of OUTAGES) {
    const told = ofIncident(day.told, outage);
    // Once that it began, once that it ended; and so for whatever else comes of it, such as a lane that is blocked.
    expect(told.toSorted(), outage.name).toEqual([...new Set(told)].toSorted());
    const [began, ended] = ['began ', 'ended '].map((phase) =>
      told.flatMap((each) => (each.startsWith(phase) ? each.slice(phase.length) : [])).toSorted(),
    );
    expect(began, outage.name).toEqual(ended);
    expect(
      began?.map((each) => each.split(' ')[0]),
      outage.name,
    ).toContain(TOLD_OF[outage.name]);
  }
  // The day was a real one: everything that was sold and received is on Shopify.
  expect(await day.installation.readShown()).toEqual(Object.fromEntries(day.left));
  expect(await day.installation.verify()).toMatchObject({ differentCount: 0 });
});
