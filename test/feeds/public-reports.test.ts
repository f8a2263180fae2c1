/** What users of such systems have reported in public, each kind with the value that is right: in one warehouse. */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { AtpError } from '../../src/domain/errors.ts';
import { NO_SETTINGS, type SourceSettings } from '../../src/domain/feed-source.ts';
import type { FeedType } from '../../src/domain/feed-type.ts';
import { expectCodedError } from '../sftp/coded-error.ts';
import { Warehouse, type ImportOutcome } from './warehouse.ts';

let warehouse: Warehouse;
let tests = 0;
/** Each test has a product of its own, with 50 at SOHO. */
let sku = '';
let upc = '';

beforeAll(async () => {
  warehouse = await Warehouse.open();
});

beforeEach(async () => {
  tests += 1;
  sku = `00${tests + 10}-Cap`;
  upc = `0036000${291_000 + tests}`;
  await warehouse.database.query('INSERT INTO product (product_id, sku, upc) VALUES ($1, $1, $2)', [
    sku,
    upc,
  ]);
  await warehouse.count(sku, 'SOHO', 50);
});

interface Sent {
  readonly type?: FeedType;
  readonly name?: string;
  readonly settings?: Partial<SourceSettings>;
  /** How often this name was sent before. */
  readonly sent?: number;
}

async function send(text: string | Buffer, how: Sent = {}): Promise<ImportOutcome> {
  const { type = 'RESET_INVENTORY', name = `${tests}.csv`, settings = {}, sent = 1 } = how;
  return warehouse.importText(type, text, name, {
    settings: { ...NO_SETTINGS, ...settings },
    claimed: { path: `claimed/${tests}-${sent}/${name}`, sizeBytes: text.length },
  });
}

const soho = () => warehouse.readLevels(sku, 'SOHO');
const orders = (rows: readonly string[]) =>
  `orderId,orderItemSeqId,idValue,quantity,facilityId,statusId,orderDate\n${rows.join('\n')}\n`;

describe('how a file is written', () => {
  test.each<{ what: string; content: (sku: string) => string | Buffer; settings?: Partial<SourceSettings> }>([
    {
      what: 'values separated by semicolons',
      content: (it) => `idValue;facilityId;availableQty\n${it};SOHO;31\n`,
    },
    {
      what: 'UTF-16 with its mark',
      content: (it) => Buffer.from(`\uFEFFidValue,facilityId,availableQty\n${it},SOHO,31\n`, 'utf16le'),
    },
    {
      what: 'one letter of windows-1252, where the source says so',
      content: (it) =>
        Buffer.from(`idValue,facilityId,availableQty,remark\n${it},SOHO,31,caf\u00e9\n`, 'latin1'),
      settings: { encoding: 'windows-1252' },
    },
    {
      what: '300 characters in a remark',
      content: (it) => `idValue,facilityId,remark,availableQty\n${it},SOHO,${'r'.repeat(300)},31\n`,
    },
    {
      what: 'two surplus empty values',
      content: (it) => `idValue,facilityId,availableQty\n${it},SOHO,31,,\n`,
    },
  ])('$what: 31', async ({ content, settings = {} }) => {
    expect(await send(content(sku), { settings })).toMatchObject({ applied: 1, failed: 0 });
    expect((await soho()).qoh).toBe(31);
  });

  test('one letter of windows-1252 without that is refused by its line, with what to do', async () => {
    const content = Buffer.from(
      `idValue,facilityId,availableQty,remark\n${sku},SOHO,31,caf\u00e9\n`,
      'latin1',
    );
    const { message, hint } = await expectCodedError(() => send(content));
    expect(`${message} ${hint}`).toMatch(/line 2.*--encoding windows-1252/s);
  });

  test('a spreadsheet is refused by its name, with what to do', async () => {
    const { message, hint } = await expectCodedError(() =>
      send(Buffer.from('PK\u0003\u0004\u0014\u0000\u0006', 'latin1')),
    );
    expect(`${message} ${hint}`).toMatch(/spreadsheet.*CSV UTF-8/s);
  });
});

describe('which product is meant', () => {
  test('a UPC without its zeros is found; a SKU without them is refused, and the likely one is named', async () => {
    const withoutZeros = (text: string) => text.replace(/^0+/, '');
    const outcome = await send(
      `idValue,idType,facilityId,availableQty\n${withoutZeros(upc)},UPC,SOHO,31\n${withoutZeros(sku)},SKU,BROADWAY,7\n`,
    );
    expect(outcome.refused).toMatchObject([{ rowNumber: 3, code: 'PRODUCT_UNKNOWN' }]);
    expect(outcome.refused[0]?.message).toContain(sku);
    expect((await soho()).qoh).toBe(31);
  });

  test('a SKU in other letters is refused with the one that is meant', async () => {
    const outcome = await send(`idValue,facilityId,availableQty\n${sku.toUpperCase()},SOHO,31\n`);
    expect(outcome.refused[0]?.message).toContain(sku);
    expect((await soho()).qoh).toBe(50);
  });
});

describe('what has happened', () => {
  test('two files of sales with equal bytes are two sales, and one name with equal bytes is held', async () => {
    const sale = `idValue,facilityId,availableDelta\n${sku},SOHO,-1\n`;
    for (const name of ['0900.csv', '0901.csv']) await send(sale, { type: 'MDM_INV_VARIANCE', name });
    expect((await soho()).qoh).toBe(48);
    await expect(send(sale, { type: 'MDM_INV_VARIANCE', name: '0901.csv', sent: 2 })).rejects.toMatchObject({
      code: 'FEED_HELD',
    });
    expect((await soho()).qoh).toBe(48);
  });

  test('a line that was cancelled stays so when its old state comes again', async () => {
    for (const [index, status] of ['CREATED', 'CANCELLED', 'CREATED'].entries()) {
      const date = index === 2 ? '2026-11-25T14:00:00+00:00' : '2026-11-25T14:00:00Z';
      await send(orders([`C-${sku},1,${sku},4,SOHO,ITEM_${status},${date}`]), {
        type: 'ORDER_ITEMS',
        sent: index,
      });
    }
    expect(await soho()).toEqual({ qoh: 50, reserved: 0 });
  });

  test('sold units are held back however an ERP writes their orders', async () => {
    const outcome = await send(
      orders([
        `${sku}-1,1,${sku},1,SOHO,ITEM_CREATED,2026-11-25 14:00:00`,
        `${sku}-2,1,${sku},1,SOHO,ITEM_CREATED,11/25/2026 2:00 PM`,
        `${sku}-3,1,${sku},2.0,SOHO,ITEM_CREATED,2026-11-25T14:00:00Z`,
        `${sku}-4,1,${sku},1,SOHO,item_created,2026-11-25T14:00:00Z`,
        `${sku}-5,1,${sku},1,S-2,ITEM_HOLD,2026-11-25T14:00:00Z`,
        `${sku}-6,1,${sku},-1,SOHO,ITEM_CREATED,2026-11-25T14:00:00Z`,
      ])
        .replace('facilityId', 'externalFacilityId')
        .replaceAll(',SOHO,', ',S-2,'),
      { type: 'ORDER_ITEMS', settings: { statuses: { ITEM_HOLD: 'ITEM_CREATED' } } },
    );
    expect(outcome.refused.map(({ rowNumber }) => rowNumber)).toEqual([7]);
    expect(await soho()).toEqual({ qoh: 50, reserved: 6 });
  });

  test('a parcel that a count no longer found is not taken a second time when its order says so', async () => {
    const header = 'orderId,orderItemSeqId,idValue,quantity,facilityId,statusId,orderDate,updatedAt';
    const line = (status: string, at: string) =>
      `${header}\nE-${sku},1,${sku},1,SOHO,${status},2026-11-25T14:00:00Z,${at}\n`;
    // Before the count by more than clocks may be apart.
    const left = new Date(Date.now() - 600_000).toISOString();
    await send(line('ITEM_APPROVED', ''), { type: 'ORDER_ITEMS', sent: 1 });
    await send(`idValue,facilityId,availableQty\n${sku},SOHO,49\n`);
    await send(line('ITEM_COMPLETED', left), { type: 'ORDER_ITEMS', sent: 2 });
    expect(await soho()).toEqual({ qoh: 49, reserved: 0 });
  });

  test('an external order without its shop is told', async () => {
    const outcome = await send(
      `orderId,orderItemSeqId,externalOrderId,idValue,quantity,facilityId,statusId,orderDate\nX-${sku},1,77,${sku},1,SOHO,ITEM_CREATED,2026-11-25T14:00:00Z\n`,
      { type: 'ORDER_ITEMS' },
    );
    expect(outcome.warnings).toEqual([{ code: 'ORDER_WITHOUT_SHOP', rows: 1 }]);
  });

  test('50 that become 500,000 are held, and say so', async () => {
    const error = await send(`idValue,facilityId,availableQty\n${sku},SOHO,500000\n`).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(AtpError);
    expect((error as AtpError).code).toBe('FEED_HELD');
    expect((error as AtpError).message).toContain(`${sku} at SOHO rises from 50 to 500000`);
    expect((await soho()).qoh).toBe(50);
  });
});
