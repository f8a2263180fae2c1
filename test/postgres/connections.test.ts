/** How many connections a process needs, as docs/guides/scale.md says. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ACTIVITIES_AT_ONCE_MAX } from '../../src/domain/limits.ts';
import { openDatabase } from '../../src/postgres/database.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { until } from '../setup/until.ts';

const SCALE = readFileSync(new URL('../../docs/guides/scale.md', import.meta.url), 'utf8');

test('a process has the connections that the guide says, some more than its worker has steps at once', async () => {
  const said = Number(/up to (\d+) connections/.exec(SCALE)?.[1]);
  expect(Number(/Each does (\d+) steps at once/.exec(SCALE)?.[1])).toBe(ACTIVITIES_AT_ONCE_MAX);
  expect(said).toBeGreaterThan(ACTIVITIES_AT_ONCE_MAX);
  const { url } = await freshDatabase();
  const database = openDatabase(url);
  cleanUp(() => database.close());
  const over = Promise.withResolvers<undefined>();

  const more = 3;
  const atWork = Array.from({ length: said + more }, () => database.transaction(() => over.promise));
  try {
    await until(() => expect(database.countConnections()).toEqual({ inUse: said, idle: 0, waiting: more }));
  } finally {
    over.resolve(undefined);
    await Promise.all(atWork);
  }
});
