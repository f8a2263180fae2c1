import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { schemaPage } from '../../scripts/schema-reference.ts';
import { freshDatabase } from '../setup/fresh-database.ts';

test('docs/reference/schema.md is what the migrations make; to renew it: node scripts/write-schema-reference.ts', async () => {
  const { database } = await freshDatabase();

  expect(await schemaPage(database)).toBe(
    readFileSync(new URL('../../docs/reference/schema.md', import.meta.url), 'utf8'),
  );
});
