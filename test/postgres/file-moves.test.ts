/** The database allows exactly those moves between the states of a file that src/domain/upload-file.ts documents. */
import { expect, test } from 'vitest';
import {
  DONE_FILE_STATES,
  FILE_MOVES,
  OPEN_FILE_STATES,
  type UploadFileState,
} from '../../src/domain/upload-file.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { GROUP, Retailer, SHOP } from './retailer.ts';

const STATES = Object.keys(FILE_MOVES) as UploadFileState[];

test('a file is done in exactly those states out of which no move leads', () => {
  const final = STATES.filter((state) => FILE_MOVES[state].length === 0);

  expect([...DONE_FILE_STATES].sort()).toEqual(final.sort());
  expect([...OPEN_FILE_STATES].sort()).toEqual(STATES.filter((state) => !final.includes(state)).sort());
});

test('a file moves from state to state as documented, and in no other way', async () => {
  const { database } = await freshDatabase();
  await Retailer.open(database, ['SHIRT']);
  const taken: Record<string, string[]> = {};
  for (const [index, from] of STATES.entries()) {
    taken[from] = [];
    for (const [offset, to] of STATES.entries()) {
      if (from === to) continue;
      const sequence = index * STATES.length + offset + 1;
      await database.query(
        `INSERT INTO upload_file (shop_id, sequence, kind, state, producer_key, facility_group_id, location_id,
           snapshot, effective_at)
         VALUES ($1, $2::bigint, 'hard-sync', $3, $2::text, $4, 'gid://shopify/Location/1', pg_current_snapshot(), now())`,
        [SHOP, sequence, from, GROUP],
      );
      const move = database.query('UPDATE upload_file SET state = $3 WHERE shop_id = $1 AND sequence = $2', [
        SHOP,
        sequence,
        to,
      ]);
      await move.then(
        () => taken[from]?.push(to),
        (error: unknown) => expect(String(error)).toContain(`cannot become ${to}, it is ${from}`),
      );
    }
  }

  const documented = Object.entries(FILE_MOVES).map(([from, to]) => [from, [...to].sort()]);
  expect(Object.entries(taken).map(([from, to]) => [from, to.sort()])).toEqual(documented);
});
