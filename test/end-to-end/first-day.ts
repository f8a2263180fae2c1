/** docs/tutorial/first-day.md, typed as it stands, from an empty installation to equal quantities. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { runAtp } from '../cli/atp.ts';
import { readDocument } from '../docs/documents.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { freshTwin } from '../setup/fresh-twin.ts';
import { SHOP as TWIN_SHOP } from '../shopify/twin-fixture.ts';
import { Installation } from './installation.ts';

/** Of the commands that make the products, their quantities, settings and mapping. */
const MAKING = /^atp (product (import|set)|shop map) /;
/** A first plan waits for a person. */
const EXIT_CODES: Readonly<Record<string, number>> = { 'atp job run hard-sync --shop acme --wait': 4 };

const commands = [...readDocument('docs/tutorial/first-day.md').text.matchAll(/^ {4}\$ (.*)$/gm)].map(
  ([, line = '']) => line.replace(/^npx /, ''),
);

function wordsOf(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}

/** @returns how long the commands took that make products, quantities, settings and mapping, in milliseconds */
export async function playFirstDay(products: number): Promise<number> {
  const database = await freshDatabase();
  const twin = await freshTwin();
  const day = await Installation.empty({ database, twin });
  const folder = day.environment['ATP_STATE_DIR'] ?? '';
  const secrets = {
    ACME_TOKEN: TWIN_SHOP.accessToken,
    ALERT_SECRET: 'a secret of the first day, long enough',
  };
  const surroundings = { variables: { ...day.environment, ...secrets }, folder };
  await twin.client.seed(
    Array.from({ length: products }, (_, at) => ({
      ...{ sku: `SHIRT-${String(at + 1).padStart(5, '0')}`, title: 'Shirt', available: 10 },
    })),
  );
  await day.startWorker({ environment: secrets });
  // The store of the tutorial is ours, and so is the folder in which it is typed.
  const ours = (word: string) =>
    word
      .replace('acme.myshopify.com', twin.shop.domain)
      .replace(/^\w+\.csv$/, (name) => join(folder, name))
      .replace(/^gid:\/\/shopify\/Location\/1$/, twin.shop.locationId);

  let makingMs = 0;
  for (const line of commands) {
    if (!line.startsWith('atp ')) {
      await promisify(execFile)('sh', ['-c', line], { cwd: folder });
      continue;
    }
    const more = line.startsWith('atp shop add') ? ['--admin-url', twin.shop.adminUrl] : [];
    const begun = performance.now();
    const ran = await runAtp(surroundings, [...wordsOf(line).slice(1).map(ours), ...more]);
    if (MAKING.test(line)) makingMs += performance.now() - begun;
    expect({ line, exitCode: ran.exitCode, said: ran.stderr }).toMatchObject({
      ...{ line, exitCode: EXIT_CODES[line] ?? 0 },
    });
  }

  const shown = await day.readShown();
  expect(Object.keys(shown)).toHaveLength(products);
  // On hand 10 and 12, kept back 5 and 1; 10 and 3, kept back 0 and 1; 10, kept back 2.
  expect([shown['SHIRT-00001'], shown['SHIRT-00002'], shown['SHIRT-00003']]).toEqual([16, 12, 8]);
  return makingMs;
}
