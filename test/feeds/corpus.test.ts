/** Files as the world writes them, each with what must come of it: in one installation, each with a product of its own. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { withFeed } from '../../src/csv/feed-csv.ts';
import { AtpError } from '../../src/domain/errors.ts';
import { NO_SETTINGS } from '../../src/domain/feed-source.ts';
import { expectCodedError } from '../sftp/coded-error.ts';
import type { CorpusFile } from './corpus/corpus-file.ts';
import { LINE_ENDS } from './corpus/line-ends.ts';
import { PROGRAMS } from './corpus/programs.ts';
import { SYSTEMS } from './corpus/systems.ts';
import { TEXTS } from './corpus/texts.ts';
import { VALUES } from './corpus/values.ts';
import { codesOf, Warehouse } from './warehouse.ts';

const GROUPS: readonly (readonly [string, readonly CorpusFile[]])[] = [
  ['programs', PROGRAMS],
  ['texts', TEXTS],
  ['values', VALUES],
  ['line ends', LINE_ENDS],
  ['systems', SYSTEMS],
];
const ALL = GROUPS.flatMap(([, files]) => files);
const skuOf = (file: CorpusFile) => `C${1_000 + ALL.indexOf(file)}`;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

let warehouse: Warehouse;

beforeAll(async () => {
  warehouse = await Warehouse.open();
  await warehouse.database.query(
    `INSERT INTO product (product_id, sku, upc)
     SELECT sku, sku, lpad((4000000 + substr(sku, 2)::int)::text, 12, '0') FROM unnest($1::text[]) AS sku`,
    [ALL.map(skuOf)],
  );
});

test('has at least 120 files, and a third of them as real programs write, with where that is said', () => {
  expect(ALL.length).toBeGreaterThanOrEqual(120);
  expect(ALL.filter(({ source }) => source !== undefined).length).toBeGreaterThanOrEqual(120 / 3);
});

describe.each(GROUPS)('%s', (_, files) => {
  test.each(files.map((file) => ({ ...file, file })))('$name', async ({ file }) => {
    const { type = 'RESET_INVENTORY', content, settings, outcome, refused = {} } = file;
    const sku = skuOf(file);
    const work = () =>
      warehouse.importText(type, content(sku), `${type}__${sku}.csv`, {
        settings: { ...NO_SETTINGS, ...settings },
      });
    if (typeof outcome === 'string') {
      expect((await expectCodedError(work)).code).toBe(outcome);
      return;
    }
    expect(codesOf(await work())).toEqual(refused);
    expect((await warehouse.readLevels(sku, 'BROADWAY')).qoh).toBe(outcome);
  });
});

describe('a file that is made to cost memory', () => {
  /** Enough for blocks, and far less than any of these files. */
  const BOUND_BYTES = 40 * 1024 ** 2;
  const HEADER = 'idValue,facilityId,availableQty,comments\n';

  const SIZE = 50 * 1024 ** 2;

  test.each<readonly [string, () => string | Buffer]>([
    ['one line of 50 MB', () => Buffer.alloc(SIZE, 'x')],
    ['one value of 50 MB behind a quote', () => `${HEADER}A,B,1,"${'x'.repeat(SIZE)}`],
    ['50 MB of quotes', () => HEADER + '"'.repeat(SIZE)],
    ['50 MB of separators', () => HEADER + ','.repeat(SIZE)],
    ['1 MB of line ends', () => HEADER + '\n'.repeat(1024 ** 2)],
    ['50 MB in an archive of 50 KB', () => gzipSync(Buffer.alloc(SIZE, 'x'))],
  ])('is refused or read, in bounded memory: %s', async (_, makeContent) => {
    const folder = await mkdtemp(join(tmpdir(), 'atp-corpus-'));
    const localPath = join(folder, 'large.csv');
    await writeFile(localPath, makeContent());
    // What is garbage does not count: when it is collected is up to the engine, and later on a busy machine.
    const used = () => {
      collectGarbage();
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    let peak = 0;
    let taken = 0;
    const timer = setInterval(() => (peak = Math.max(peak, used())), 250);
    const before = used();
    try {
      await withFeed({ localPath, fileName: 'large.csv', type: 'RESET_INVENTORY' }, async ({ rows }) => {
        for await (const row of rows) taken += row.refusal === null ? 1 : 0;
      }).catch((error: unknown) => {
        expect(error).toBeInstanceOf(AtpError);
      });
    } finally {
      clearInterval(timer);
      await rm(folder, { recursive: true });
    }
    expect(taken).toBe(0);
    expect(peak - before).toBeLessThan(BOUND_BYTES);
  });
});
