/**
 * The age of the oldest change that is not on Shopify, over random stories: after each step it is what a list kept by hand
 * says, and never younger than what Shopify really lacks. Where the product forgets an instant, the stories find it.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { storySeed } from '../setup/story-seed.ts';
import { isAlwaysRight, tell, testStories } from './waiting-stories.ts';
import { PRODUCTS, type Step } from './waiting-steps.ts';

/** Each was found by a random story. */
const FOUND: readonly (readonly [what: string, steps: readonly Step[]])[] = [
  [
    'a file is not applied to a product that a later, skipped file has left owed',
    [
      { step: 'post', product: 'A', units: 3 },
      { step: 'delta' },
      { step: 'ready' },
      { step: 'post', product: 'A', units: 1 },
      { step: 'delta' },
      { step: 'skip-last' },
      { step: 'apply', outcomes: ['QUARANTINED'] },
    ],
  ],
  [
    'a skipped file brings back an older change of a product that is withheld',
    [
      { step: 'count', products: [...PRODUCTS], units: 40 },
      { step: 'move' },
      { step: 'delta' },
      { step: 'count', products: [...PRODUCTS], units: 1 },
      { step: 'delta' },
      { step: 'skip-last' },
      { step: 'delta' },
    ],
  ],
  [
    'a row is not applied, and the next file, made before that, brings its change while a later file waits',
    [
      { step: 'post', product: 'A', units: -1 },
      { step: 'post', product: 'D', units: 1 },
      { step: 'delta' },
      { step: 'clock' },
      { step: 'ready' },
      { step: 'ready' },
      { step: 'apply', outcomes: ['UNCHANGED', 'QUARANTINED'] },
      { step: 'delta' },
      { step: 'ready' },
      { step: 'apply', outcomes: [] },
    ],
  ],
  [
    'a Hard Sync is skipped that says the same of a product as the file that it has replaced',
    [
      { step: 'post', product: 'A', units: 3 },
      { step: 'delta' },
      { step: 'ready' },
      { step: 'hard-sync' },
      { step: 'ready' },
      { step: 'skip-last' },
    ],
  ],
  [
    'a product is withheld that the last file could not bring, and the shop moves',
    [
      { step: 'count', products: [...PRODUCTS], units: 40 },
      { step: 'delta' },
      { step: 'ready' },
      { step: 'apply', outcomes: ['UNCHANGED', 'QUARANTINED'] },
      { step: 'count', products: [...PRODUCTS], units: 0 },
      { step: 'delta' },
      { step: 'move' },
    ],
  ],
  [
    'a plan is rejected, and the shop moves before the next run',
    [
      { step: 'count', products: [...PRODUCTS], units: 1 },
      { step: 'delta' },
      { step: 'reject' },
      { step: 'move' },
    ],
  ],
];

test.each(FOUND)('the figure is right when %s', async (_, steps) => {
  await tell(steps);
});

testStories(15);

const POST_TO_READY: readonly Step[] = [
  { step: 'post', product: 'A', units: 3 },
  { step: 'delta' },
  { step: 'ready' },
];

/** Each takes one safeguard away; a story that is sure to tell so comes before the random ones. */
const DEFECTS: readonly (readonly [what: string, sql: string, sure: readonly Step[]])[] = [
  [
    'a file does not take over since when the changes wait of those that it replaces',
    `CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       NEW.oldest_change_at := OLD.oldest_change_at; RETURN NEW; END $$;
     CREATE TRIGGER forget BEFORE UPDATE ON upload_file FOR EACH ROW EXECUTE FUNCTION forget()`,
    [...POST_TO_READY, { step: 'hard-sync' }, { step: 'ready' }],
  ],
  [
    'a product is owed since somebody decided so',
    `CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       NEW.changed_at := now(); RETURN NEW; END $$;
     CREATE TRIGGER forget BEFORE INSERT ON owed_row FOR EACH ROW EXECUTE FUNCTION forget()`,
    [...POST_TO_READY, { step: 'block', outcomes: [], part: 0, code: 'FILE_MISSING' }, { step: 'skip' }],
  ],
  [
    'a row is quarantined since the last file that had it',
    `CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       NEW.changed_at := NEW.settled_at; RETURN NEW; END $$;
     CREATE TRIGGER forget BEFORE INSERT OR UPDATE ON applied_row FOR EACH ROW EXECUTE FUNCTION forget()`,
    [...POST_TO_READY, { step: 'apply', outcomes: ['QUARANTINED'] }],
  ],
  [
    'a product is withheld since its plan has grown',
    `CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       NEW.changed_at := now(); RETURN NEW; END $$;
     CREATE TRIGGER forget BEFORE INSERT ON sync_plan_row FOR EACH ROW EXECUTE FUNCTION forget()`,
    [
      { step: 'count', products: [...PRODUCTS], units: 40 },
      { step: 'delta' },
      { step: 'count', products: [...PRODUCTS], units: 1 },
      { step: 'delta' },
    ],
  ],
];

test.each(DEFECTS)(
  'control: the stories find that %s',
  { timeout: 15 * 60_000 },
  async (_what, defect, sure) => {
    const { errorInstance } = await fc.check(isAlwaysRight(defect), {
      examples: [[sure]],
      numRuns: 40,
      seed: storySeed,
      endOnFailure: true,
    });

    expect(errorInstance).toMatchObject({ name: 'AssertionError' });
  },
);

test.each(DEFECTS)(
  'and without that defect the same story is told rightly: %s',
  async (_what, _defect, sure) => {
    await tell(sure);
  },
);
