/** How conditions begin and end, by the rounds that see them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldRound, type CheckSeen, type Condition, type Round } from '../../src/domain/condition-states.ts';

const START = Date.parse('2026-11-26T00:00:00Z');

const WELL: CheckSeen = {
  ...{ name: 'acme: lane', outcome: 'well', code: null, shopId: 'acme', cost: 'cheap' },
  ...{ detail: 'fine', hint: null, since: null, causes: [] },
};
const BLOCKED: CheckSeen = { ...WELL, outcome: 'found', code: 'LANE_BLOCKED' };
const HELD: CheckSeen = { ...WELL, outcome: 'found', code: 'PLAN_HELD' };
const FAILED: CheckSeen = { ...WELL, outcome: 'failed', code: 'DATABASE_AWAY' };
const NOT_CHECKED: CheckSeen = { ...WELL, outcome: 'not-checked' };

/** Plays rounds, each with these checks, and returns what is known after each. */
function play(
  rounds: readonly (readonly CheckSeen[])[],
  change: Partial<Round> = {},
): readonly (readonly Condition[])[] {
  let known: readonly Condition[] = [];
  let nextId = 1;
  return rounds.map((checks, at) => {
    const round = { checks, isWhole: true, shopIds: ['acme'], at: new Date(START + at * 30_000), ...change };
    const { changed, forgotten } = foldRound(known, round);
    const ids = new Set([...changed.map(({ id }) => id), ...forgotten]);
    const kept = known.filter(({ id }) => !ids.has(id));
    const now = [...kept, ...changed.map((each) => ({ ...each, id: each.id ?? nextId++ }))];
    known = now.filter(({ endedAt }) => endedAt === null);
    return now;
  });
}

function statesOf(rounds: readonly (readonly CheckSeen[])[], change: Partial<Round> = {}): string[] {
  return play(rounds, change).map((known) =>
    known
      .map(({ code, beganAt, endedAt }) => `${code} ${endedAt ? 'ended' : beganAt ? 'open' : 'pending'}`)
      .join(),
  );
}

describe('a condition', () => {
  test('begins when it is seen twice in a row, and ends when it is not seen twice', () => {
    expect(statesOf([[BLOCKED], [BLOCKED], [WELL], [BLOCKED], [WELL], [WELL], [WELL]])).toEqual([
      'LANE_BLOCKED pending',
      'LANE_BLOCKED open',
      'LANE_BLOCKED open',
      'LANE_BLOCKED open',
      'LANE_BLOCKED open',
      'LANE_BLOCKED ended',
      '',
    ]);
  });

  test('that is a record begins when it is seen once', () => {
    expect(statesOf([[HELD]])).toEqual(['PLAN_HELD open']);
  });

  test('that is over before it was seen twice never began', () => {
    expect(statesOf([[BLOCKED], [WELL], [BLOCKED]])).toEqual([
      'LANE_BLOCKED pending',
      '',
      'LANE_BLOCKED pending',
    ]);
  });

  test('stays while nobody can see whether it goes on', () => {
    const open = [[BLOCKED], [BLOCKED]];
    for (const unseen of [NOT_CHECKED, FAILED]) {
      const states = statesOf([...open, [unseen], [unseen], [unseen]]);
      expect(states.at(-1)).toContain('LANE_BLOCKED open');
    }
  });

  test('stays when a round does not run its check, and ends when a whole round has no such check', () => {
    const open = [[BLOCKED], [BLOCKED]];
    const played = [...open, [], [], []];
    expect(statesOf(played, { isWhole: false }).at(-1)).toBe('LANE_BLOCKED open');
    expect(statesOf(played, { isWhole: true })).toContain('LANE_BLOCKED ended');
    expect(statesOf(played, { shopIds: null }).at(-1)).toBe('LANE_BLOCKED open');
  });

  test('of a shop that is gone ends at once', () => {
    const known = play([[BLOCKED], [BLOCKED]]).at(-1) ?? [];
    const at = new Date(START + 60_000);
    const { changed } = foldRound(known, { checks: [], isWhole: false, shopIds: [], at });
    expect(changed).toMatchObject([{ code: 'LANE_BLOCKED', endedAt: at }]);
  });

  test('that a hundred checks of shops meet as an error is one of the installation', () => {
    const checks = Array.from({ length: 100 }, (_, n) => ({
      ...FAILED,
      name: `shop-${n}: lane`,
      shopId: `shop-${n}`,
    }));
    expect(play([checks]).at(-1)).toMatchObject([{ code: 'DATABASE_AWAY', shopId: '' }]);
  });

  test('with a second cause begins once more, and each cause ends by itself', () => {
    const paused = (...jobs: string[]): CheckSeen => ({
      ...{ ...BLOCKED, code: 'SCHEDULE_NOT_RUNNING' },
      causes: jobs.map((part) => ({ part, detail: `${part} is paused`, hint: null, since: null })),
    });
    const one = paused('verify');
    const two = paused('verify', 'hard-sync');
    const other = paused('hard-sync');
    const played = play([[one], [one], [two], [two], [other], [other], [WELL], [WELL]]);
    expect(
      played.map((known) =>
        known.flatMap(({ part, beganAt, endedAt }) => (beganAt ? [`${part}${endedAt ? ' ended' : ''}`] : [])),
      ),
    ).toEqual([
      [],
      ['verify'],
      ['verify'],
      ['verify', 'hard-sync'],
      ['verify', 'hard-sync'],
      ['verify ended', 'hard-sync'],
      ['hard-sync'],
      ['hard-sync ended'],
    ]);
    expect(played[3]?.map(({ detail }) => detail)).toEqual(['verify is paused', 'hard-sync is paused']);
  });

  test('without a code of its own is one for each check', () => {
    const checks = ['one', 'two'].map((name): CheckSeen => ({ ...BLOCKED, name, code: 'CHECK_FAILED' }));
    expect(
      play([checks])
        .at(-1)
        ?.map(({ part }) => part),
    ).toEqual(['one', 'two']);
  });
});

test('whatever rounds see: at most one is open of each, and each end follows its beginning', () => {
  const check = fc.constantFrom(WELL, BLOCKED, HELD, FAILED, NOT_CHECKED);
  fc.assert(
    fc.property(fc.array(check, { maxLength: 30 }), (seen) => {
      const began = new Map<number, Date>();
      for (const known of play(seen.map((each) => [each]))) {
        const open = known.filter(({ endedAt }) => endedAt === null).map(({ code }) => code);
        expect(new Set(open).size).toBe(open.length);
        for (const { id, beganAt, endedAt } of known) {
          if (id === null) continue;
          if (began.has(id)) expect(beganAt).toEqual(began.get(id));
          if (beganAt) began.set(id, beganAt);
          if (endedAt) expect(beganAt && beganAt < endedAt).toBe(true);
        }
      }
    }),
  );
});
