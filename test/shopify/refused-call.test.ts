/** Shopify refuses a call and does not say because of which row: the others are applied all the same. */
import { describe, expect, test } from 'vitest';
import { applyWindows } from '../../activities/apply-windows.ts';
import { ROWS_PER_CALL } from '../../src/domain/limits.ts';
import type { AdminApi } from '../../src/shopify/admin-api.ts';
import { ChunkBench } from './chunk-bench.ts';
import { SHOP as TWIN_SHOP } from './twin-fixture.ts';

const SKUS = Array.from({ length: 12 }, (_, index) => `S${String(index).padStart(2, '0')}`);

function each<Value>(value: Value): Record<string, Value> {
  return Object.fromEntries(SKUS.map((sku) => [sku, value]));
}

/** Every product shows 90, and file 1 wants 200 of each. */
async function openWithFile(): Promise<ChunkBench> {
  const bench = await ChunkBench.open(each(90));
  await bench.addFile(1, each(200));
  return bench;
}

describe.each(['without-field', 'without-code'])(
  'a stale refusal that names no row (%s)',
  (staleRefusals) => {
    test('means to read again: a sale between read and write blocks nothing, and all rows arrive', async () => {
      const bench = await openWithFile();
      await bench.twin.control('PATCH', `/shops/${TWIN_SHOP.domain}/rules`, { staleRefusals });

      await Promise.all([bench.apply(1), bench.runWhileNextWriteWaits(() => bench.sell('S05', 1))]);

      expect(await bench.readOutcomes(1)).toEqual(each('APPLIED'));
      expect(await bench.readShown()).toEqual(each(200));
      // Nobody knows which row it was, so none has lost a try; the next call has half as many rows.
      expect(await bench.readWrites()).toEqual([0, 6, 6]);
    });

    test('counts a try of a row that is alone in its call, so that a row that sells all the time is owed', async () => {
      const bench = await openWithFile();
      await bench.twin.control('PATCH', `/shops/${TWIN_SHOP.domain}/rules`, { staleRefusals });
      const deps = await bench.startAttempt();
      const api: AdminApi = {
        ...deps.api,
        // S05 is sold before each write that has it.
        setOnlineAtp: async (variables, deadline) => {
          const [level] = (await bench.twin.levels()).filter(({ sku }) => sku === 'S05');
          if (variables.includes(`"${level?.inventoryItemId}"`)) await bench.sell('S05', 1);
          return deps.api.setOnlineAtp(variables, deadline);
        },
      };

      await applyWindows({ ...deps, api }, [{ sequence: 1, window: 0 }], ROWS_PER_CALL);

      expect(await bench.readOutcomes(1)).toEqual({ ...each('APPLIED'), S05: 'QUANTITY_STALE' });
      expect(await bench.readOwed()).toEqual(['S05 QUANTITY_STALE']);
    });
  },
);

describe('a refusal for another cause that names no row', () => {
  /** Shopify refuses every call that has one of these, with a code that we do not know. */
  function refuse(api: AdminApi, isBad: (variables: string) => boolean): AdminApi {
    return {
      ...api,
      setOnlineAtp: (variables, deadline) =>
        isBad(variables)
          ? Promise.resolve({
              outcome: 'REFUSED',
              rows: [],
              calls: [{ code: 'A_CODE_OF_TOMORROW', message: 'No.' }],
            })
          : api.setOnlineAtp(variables, deadline),
    };
  }

  test('quarantines the row that is refused alone, and the others are applied', async () => {
    const bench = await openWithFile();
    const deps = await bench.startAttempt();
    const bad = (await bench.twin.levels()).find(({ sku }) => sku === 'S07')?.inventoryItemId;
    const api = refuse(deps.api, (variables) => variables.includes(`"${bad}"`));

    await applyWindows({ ...deps, api }, [{ sequence: 1, window: 0 }], ROWS_PER_CALL);

    expect(await bench.readOutcomes(1)).toEqual({ ...each('APPLIED'), S07: 'ROW_REFUSED' });
  });

  test('blocks the file after three rows, when it is one of every call', async () => {
    const bench = await openWithFile();
    const deps = await bench.startAttempt();
    const api = refuse(deps.api, () => true);

    await expect(
      applyWindows({ ...deps, api }, [{ sequence: 1, window: 0 }], ROWS_PER_CALL),
    ).rejects.toMatchObject({
      code: 'SHOPIFY_REQUEST_REFUSED',
      class: 'blocks-lane',
    });

    expect(Object.values(await bench.readOutcomes(1))).toEqual(['ROW_REFUSED', 'ROW_REFUSED']);
  });
});
