/**
 * The long story is played once undisturbed, and all points are recorded that its worker comes to: each statement and
 * commit, each file on SFTP, each answer of Shopify, each heartbeat and wake-up. Then it is played again, and in each of
 * its phases the worker is killed at one of these points. It must end in the same state.
 *
 * Each run of the tests takes other points, and prints the seed that gives them again:
 *
 *     BOUNDARY_SEED=17 BOUNDARY_RUNS=4 npm run test:faults -- every-boundary
 *     BOUNDARY_RUNS=all npm run test:faults -- every-boundary
 *
 * `all` has a kill after each effect: between two effects all points are alike, and one of them, drawn by the seed, stands
 * for the others.
 */
import { beforeAll, expect, test } from 'vitest';
import { withOwnCleanUp } from '../setup/clean-up.ts';
import { playStory, randomOf, type PlayedStory, type Strike } from './boundary-run.ts';
import { describePoint, type RecordedPoint } from './crash-points.ts';
import { describeStateDifferences } from './final-state.ts';
import { PHASES } from './long-story.ts';

const SEED = Number(process.env['BOUNDARY_SEED'] ?? Date.now() % 100_000);
const RUNS = process.env['BOUNDARY_RUNS'] ?? '2';
const RUNS_AT_ONCE = 3;
const RUN_TIMEOUT_MS = 900_000;
/** Of "all": more than the longest phase has points. */
const RUNS_MAX = 400;

let undisturbed: PlayedStory;

beforeAll(async () => {
  undisturbed = await playStory();
  const counts = undisturbed.recorded.map((points) => points.filter(isBoundary).length);
  console.log(`Seed ${SEED}; points of each phase: ${counts.join(', ')}`);
}, RUN_TIMEOUT_MS);

/** Before a statement the worker is where it was after the last one. */
function isBoundary({ moment }: RecordedPoint): boolean {
  return moment !== 'statement-begins';
}

/** One in each phase: what no named point is about. */
const INSIDE_THE_LANE: readonly (readonly [what: string, point: RegExp])[] = [
  ['it archives a feed', /^renamed 1: .*\/archive\//],
  ['it releases the lane, not committed', /^statement-answered 1: UPDATE lane SET holder = NULL/],
  ['it has woken the lane', /^lane-woken 1: processUploads/],
  [
    'it blocks a file, not committed',
    /^statement-answered 1: UPDATE upload_file AS file SET state = 'BLOCKED'/,
  ],
  ['it has blocked a file and released the lane', /^committed 1: UPDATE lane SET holder = NULL/],
  ['it enters the lane, not committed', /^statement-answered 1: UPDATE lane SET epoch = epoch \+ 1/],
  ['it gives a paused lane back, not committed', /^statement-answered 1: UPDATE lane SET holder = NULL/],
  ['it closes the drain of an item, not committed', /^statement-answered 1: DELETE FROM left_item/],
  ['it closes the drain of a location, not committed', /^statement-answered 1: DELETE FROM left_item/],
];

test(
  `a run whose worker is killed while ${INSIDE_THE_LANE.map(([what]) => what).join('; ')}: ends as one whose worker is not`,
  withOwnCleanUp(async () => {
    const points = INSIDE_THE_LANE.map(([what, name], phase) => {
      const point = undisturbed.recorded[phase]?.find((recorded) => name.test(describePoint(recorded)));
      if (!point) throw new Error(`Nothing was recorded in phase ${phase} at which ${what}.`);
      return point;
    });
    const { state, struck } = await playStory(points.map((at) => ({ at, signal: 'SIGKILL' })));
    expect(struck).toEqual(PHASES.map(() => true));
    expect(describeStateDifferences(state, undisturbed.state)).toEqual([]);
    expect(undisturbed.state.doubleWrites).toEqual([]);
  }),
);

test(
  'a run whose worker is killed at recorded points ends as one whose worker is not',
  withOwnCleanUp(async () => {
    const { reached, failures } = await playStruck('SIGKILL', isBoundary);
    expect(failures).toEqual([]);
    expect(reached).toBeGreaterThan(0);
  }),
  RUNS === 'all' ? RUNS_MAX * RUN_TIMEOUT_MS : Math.ceil(Number(RUNS) / RUNS_AT_ONCE) * RUN_TIMEOUT_MS,
);

test(
  'a run whose worker stands still inside transactions ends as one whose worker does not, and goes on without harm',
  withOwnCleanUp(async () => {
    const { reached, failures } = await playStruck('SIGSTOP', ({ moment, isInTransaction }) => {
      return moment === 'statement-answered' && isInTransaction;
    });
    expect(failures).toEqual([]);
    expect(reached).toBeGreaterThan(0);
  }),
  RUNS === 'all' ? RUNS_MAX * RUN_TIMEOUT_MS : Math.ceil(Number(RUNS) / RUNS_AT_ONCE) * RUN_TIMEOUT_MS,
);

/** Plays the story several times, each time with a strike at one recorded point in each phase that has one left. */
async function playStruck(
  signal: Strike['signal'],
  isMeant: (point: RecordedPoint) => boolean,
): Promise<{ readonly reached: number; readonly failures: readonly string[] }> {
  const random = randomOf(SEED);
  const left = undisturbed.recorded.map((points) => {
    const chosen = RUNS === 'all' ? oneAfterEachEffect(points, isMeant, random) : points.filter(isMeant);
    return shuffled(chosen, random);
  });
  const runs = RUNS === 'all' ? Math.max(...left.map(({ length }) => length)) : Number(RUNS);
  const failures: string[] = [];
  const missed: string[] = [];
  let reached = 0;

  async function playOnce(): Promise<void> {
    const points = left.map((phase) => phase.pop());
    const strikes = points.map((at) => at && { at, signal });
    const inWords = points.map((at, phase) => `${PHASES[phase]?.name}: ${at ? describePoint(at) : '–'}`);
    try {
      const { state, struck } = await playStory(strikes);
      reached += struck.filter(Boolean).length;
      missed.push(...inWords.filter((_, phase) => points[phase] && !struck[phase]));
      const differences = describeStateDifferences(state, undisturbed.state);
      if (differences.length > 0) failures.push([...differences, `${signal} at`, ...inWords].join('\n  '));
    } catch (error) {
      failures.push([String(error), `${signal} at`, ...inWords].join('\n  '));
    }
  }

  const orders = Array.from({ length: runs }).values();
  await Promise.all(
    Array.from({ length: RUNS_AT_ONCE }, async () => {
      for (const _ of orders) await playOnce();
    }),
  );
  console.log(
    `${signal}: came to ${reached} points in ${runs} runs; not come to: ${missed.join('; ') || 'none'}`,
  );
  return { reached, failures };
}

/** After each effect, and before the first, one of the points that are meant. */
function oneAfterEachEffect(
  points: readonly RecordedPoint[],
  isMeant: (point: RecordedPoint) => boolean,
  random: () => number,
): RecordedPoint[] {
  const groups: RecordedPoint[][] = [[]];
  for (const point of points) {
    if (point.isEffect) groups.push([]);
    groups.at(-1)?.push(point);
  }
  return groups.flatMap((group) => shuffled(group.filter(isMeant), random).slice(0, 1));
}

function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
}
