/** Wrong input is refused with a code that says what to do, and right input beside it is not lost. */
import { parse } from 'csv-parse/sync';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { STATE_TIMEOUT_MS } from '../setup/state-timeout.ts';
import { readHistoryText } from './history-text.ts';
import { Installation, SHOP, type WorkerProcess } from './installation.ts';

let shop: Installation;
let worker: WorkerProcess;

beforeAll(async () => {
  shop = await Installation.open(['BLUE-SHIRT']);
  worker = await shop.startWorker();
});

describe('a feed', () => {
  test('with bad rows has its good rows imported, and the error file names each fault', async () => {
    const result = await shop.importFeed('RESET_INVENTORY__mixed.csv', [
      'facilityId,externalFacilityId,idValue,idType,locationSeqId,comments,resetByAtp,availableQty',
      'BROADWAY,,BLUE-SHIRT,SKU,,,N,40',
      'BROADWAY,,NO-SUCH-SHIRT,SKU,,,N,1',
      'NOWHERE,,BLUE-SHIRT,SKU,,,N,1',
      'WAREHOUSE,,BLUE-SHIRT,SKU,,,N,many',
    ]);

    expect(result).toEqual({
      files: [{ fileName: 'RESET_INVENTORY__mixed.csv', rows: 4, applied: 1, failed: 3 }],
    });
    const { json } = await shop.atp('explain', 'BLUE-SHIRT', '--group', 'FAC_GRP');
    expect(json).toMatchObject({ onlineAtp: 40 });
    const errors = await shop.rowsOf('error/RESET_INVENTORY__mixed.csv.errors.csv');
    const lines: string[][] = parse(errors.join('\n'));
    expect(lines.map((line) => line.slice(0, 3))).toEqual([
      ['3', 'idValue', 'PRODUCT_UNKNOWN'],
      ['4', 'facilityId', 'FACILITY_UNKNOWN'],
      ['5', 'availableQty', 'FEED_VALUE_INVALID'],
    ]);
  });

  test('of an unknown type goes to error/, and the next feed is imported', async () => {
    await shop.importFeed('HOROSCOPE__today.csv', ['a,b', '1,2']);
    const result = await shop.importCount('RESET_INVENTORY__after.csv', 'BROADWAY', { 'BLUE-SHIRT': 41 });

    expect(result).toMatchObject({ files: [{ fileName: 'RESET_INVENTORY__after.csv', applied: 1 }] });
    expect(await shop.filesIn('error')).toContain('HOROSCOPE__today.csv.errors.csv');
  });

  test('that is the same difference under the same name is not imported again without a word', async () => {
    for (let sent = 0; sent < 2; sent += 1) {
      await shop.importFeed('MDM_INV_VARIANCE__once.csv', [
        'idValue,idType,availableDelta,facilityId,externalFacilityId,locationSeqId',
        'BLUE-SHIRT,SKU,5,WAREHOUSE,,',
      ]);
    }

    const { json: held } = await shop.atp('import', 'list', '--state', 'held');
    expect(held).toMatchObject([
      { fileName: 'MDM_INV_VARIANCE__once.csv', reasons: [{ code: 'SENT_BEFORE' }] },
    ]);
    const [{ importId } = { importId: 0 }] = await shop.database.query<{ importId: number }>(
      `SELECT import_id AS "importId" FROM feed_import WHERE state = 'held'`,
    );
    await shop.atp('import', 'reject', String(importId), '--reason', 'sent twice');
    await shop.run({ job: 'import' });

    const { json } = await shop.atp('explain', 'BLUE-SHIRT', '--group', 'FAC_GRP');
    expect(json).toMatchObject({ onlineAtp: 46 });
    expect(await shop.rowsOf('error/MDM_INV_VARIANCE__once.csv.errors.csv')).toEqual([
      expect.stringContaining('FEED_REJECTED'),
    ]);
  });
});

/** Red letters, a new title of the window, a C1 control, a mark that turns the text, a separator of lines. */
const STEERING = 'a\u001b[31mb\u001b]0;owned\u0007c\u009b2Jd\u202ee\u2028f';
const SHOWN = 'a\\u{1b}[31mb\\u{1b}]0;owned\\u{7}c\\u{9b}2Jd\\u{202e}e\\u{2028}f';
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

describe('a feed whose name and rows would steer a terminal', () => {
  const name = 'RESET_INVENTORY__a\u009b31mb\u202ec.csv';

  beforeAll(async () => {
    await shop.importFeed(name, [
      'facilityId,idValue,availableQty',
      `BROADWAY,"${STEERING}",1`,
      `BROADWAY,BLUE-SHIRT,"${STEERING}${'y'.repeat(5_000)}"`,
    ]);
  });

  test('does not reach the log', () => {
    expect(worker.output).toContain('RESET_INVENTORY__a');
    for (const line of worker.output.split('\n')) expect(line).not.toMatch(UNSEEN);
  });

  test('has its messages in the database with what is unseen shown, and cut', async () => {
    const refused = await shop.database.query<{ message: string }>(
      "SELECT message FROM import_file_error WHERE row_values::text LIKE '%owned%' ORDER BY row_number",
    );
    expect(refused[0]?.message).toContain(SHOWN);
    expect(refused).toHaveLength(2);
    for (const { message } of refused) {
      expect(message).not.toMatch(UNSEEN);
      expect(message.length).toBeLessThan(500);
    }
  });

  test('has its rows shown in the error file, a line each', async () => {
    const lines = await shop.rowsOf(`error/${name}.errors.csv`);
    expect(lines).toHaveLength(2);
    for (const line of lines) {
      expect(line).toContain(SHOWN);
      expect(line).not.toMatch(UNSEEN);
    }
  });

  test('has nothing of its rows in the history; its name, by which it is found again, is data there', async () => {
    const { client } = shop.temporal;
    const history = await readHistoryText(client.workflow.getHandle('importInventory'));
    expect(history).toContain(name);
    expect(history.replaceAll(name, '')).not.toMatch(UNSEEN);
    expect(history).not.toContain('owned');
  });
});

describe('a job', () => {
  test.each([
    ['of an unknown shop', ['--shop', 'red-shirts'], 'SHOP_UNKNOWN'],
    ['for an unknown group', ['--shop', SHOP, '--group', 'NOWHERE'], 'FACILITY_GROUP_UNKNOWN'],
  ])('%s fails with its code and a hint', async (_what, options, code) => {
    const { exitCode, stdout, stderr } = await shop.atp('job', 'run', 'hard-sync', ...options, '--wait');

    expect(stdout).toBe('');
    expect(exitCode).toBeGreaterThan(0);
    const { error } = JSON.parse(stderr) as { error: { code: string; message: string; hint: string } };
    expect(error.code).toBe(code);
    expect(error.message).not.toBe('');
    expect(error.hint).not.toBe('');
  });

  test.each([
    ['a text instead of an object', 'hardSync', 'blue-shirts'],
    ['no input at all', 'processUploads', undefined],
    ['a list', 'verifyShop', [SHOP]],
    ['a misspelt field', 'uploadRecentChanges', { shopId: SHOP, facilityGroup: 'FAC_GRP' }],
    ['a number for an id', 'importInventory', { source: 7 }],
  ])('with %s fails at once, and says what the input must be', async (what, type, input) => {
    const handle = await shop.temporal.client.workflow.start(type, {
      workflowId: `wrong input: ${what}`,
      taskQueue: 'atp-sync',
      args: input === undefined ? [] : [input],
    });

    await expect(handle.result()).rejects.toMatchObject({
      cause: {
        type: 'INPUT_INVALID',
        nonRetryable: true,
        message: expect.stringContaining('The input') as string,
      },
    });
  });

  test.each([
    ['an id', { shopId: 'x'.repeat(1_500_000) }],
    ['a field', { shopId: SHOP, ['y'.repeat(1_500_000)]: 1 }],
    ['an object for an id', { shopId: { deep: 'z'.repeat(1_500_000) } }],
  ])('with %s of 1.5 MB fails at once, and its message is short', async (what, input) => {
    const handle = await shop.temporal.client.workflow.start('hardSync', {
      workflowId: `large input: ${what}`,
      taskQueue: 'atp-sync',
      args: [input],
    });

    const failure = await handle.result().then(
      () => null,
      (error: unknown) => (error as Error).cause as Error,
    );
    expect(failure).toMatchObject({ type: 'INPUT_INVALID' });
    expect(failure?.message.length).toBeLessThan(500);
    expect((await handle.describe()).status.name).toBe('FAILED');
  });
});

test.each(['horoscope', 'constructor', 'toString', 'hasOwnProperty', '__proto__'])(
  'a workflow of the type %s, which there is not, waits for a release that has it, and the log names the cause',
  async (type) => {
    const handle = await shop.temporal.client.workflow.start(type, {
      workflowId: `unknown type ${type}`,
      taskQueue: 'atp-sync',
    });
    onTestFinished(() => handle.terminate().then(() => undefined));

    const causeInLog = () =>
      worker.output
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map(
          (line) => (JSON.parse(line) as { readonly error?: { readonly message?: string } }).error?.message,
        )
        .find((message) => message?.includes(`'${type}'`));
    await expect.poll(causeInLog, { timeout: STATE_TIMEOUT_MS }).toContain('no such function is exported');
    expect((await handle.describe()).status.name).toBe('RUNNING');
  },
);
