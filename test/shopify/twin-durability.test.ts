import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startShopifyTwin } from '../../src/stand-ins/shopify-twin/index.ts';
import { BACK_ROOM, SHOP, shirts, TwinClient } from './twin-fixture.ts';

async function makeStateFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'shopify-twin-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return join(folder, 'state.jsonl');
}

/** A twin in a process of its own, so that it can be killed. */
async function spawnTwin(stateFile: string) {
  const entry = new URL('../../src/stand-ins/shopify-twin/index.ts', import.meta.url);
  const program = `
    import { startShopifyTwin } from ${JSON.stringify(entry.href)};
    const twin = await startShopifyTwin(${JSON.stringify({ stateFile, shops: [SHOP] })});
    console.log(twin.url);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [url] = (await once(createInterface(child.stdout), 'line')) as [string];
  return {
    twin: new TwinClient(url),
    async kill(): Promise<void> {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Starts a twin on the state file, looks at it, and closes it again. */
async function reopen<Seen>(
  stateFile: string,
  look: (twin: TwinClient) => Promise<Seen>,
  now?: () => Date,
): Promise<Seen> {
  const twin = await startShopifyTwin({ stateFile, shops: [SHOP], ...(now && { now }) });
  try {
    return await look(new TwinClient(twin.url));
  } finally {
    await twin.close();
  }
}

describe('a twin with a journal', () => {
  test('loses nothing that it has acknowledged when it is killed: levels, flags, orders and keys', async () => {
    const stateFile = await makeStateFile();
    const { twin, kill } = await spawnTwin(stateFile);
    const ids = (await twin.seed(shirts(3))).map(({ inventoryItemId }) => inventoryItemId);
    const rows = ids.map((inventoryItemId) => ({ inventoryItemId, quantity: 7, changeFromQuantity: 10 }));
    const first = await twin.setOnlineAtp('file-1', rows);
    await twin.control('POST', `/shops/${SHOP.domain}/orders`, {
      lines: [{ sku: 'SHIRT-0001', quantity: 2 }],
    });
    await twin.control('PATCH', `/shops/${SHOP.domain}/levels`, [{ sku: 'SHIRT-0002', isActive: false }]);
    await twin.control('PATCH', `/shops/${SHOP.domain}/locations`, [{ id: BACK_ROOM, isActive: false }]);
    await twin.control('DELETE', `/shops/${SHOP.domain}/variants/SHIRT-0003`);
    const before = await twin.levels();
    await kill();

    await reopen(stateFile, async (again) => {
      expect(await again.levels()).toEqual(before);
      expect(before.map(({ available, isActive }) => [available, isActive])).toEqual([
        [5, true],
        [7, false],
      ]);
      const repeat = await again.setOnlineAtp('file-1', rows);
      expect(repeat.data).toEqual(first.data);
      expect(await again.requests()).toMatchObject([{ replayed: true, applied: [] }]);
      expect((await again.query('{ locations(first: 9) { nodes { name } } }')).data).toEqual({
        locations: { nodes: [{ name: 'Online ATP' }] },
      });
    });
  });

  test('gives out no id twice, not even that of a product that was deleted before the journal was compacted', async () => {
    const stateFile = await makeStateFile();
    const seedOne = (twin: TwinClient) => twin.seed([{ sku: 'BLUE', title: 'Blue' }]);
    const [gone] = await reopen(stateFile, seedOne);
    await reopen(stateFile, (twin) => twin.control('PUT', `/shops/${SHOP.domain}/products`, []));
    await reopen(stateFile, () => Promise.resolve());
    const [fresh] = await reopen(stateFile, seedOne);
    expect(fresh?.inventoryItemId).not.toBe(gone?.inventoryItemId);
  });

  test('compacts the journal at its start to one line for each product, however often it has changed', async () => {
    const stateFile = await makeStateFile();
    await reopen(stateFile, async (twin) => {
      await twin.seed(shirts(1));
      for (let available = 0; available < 20; available += 1) {
        await twin.control('PATCH', `/shops/${SHOP.domain}/levels`, [{ sku: 'SHIRT-0001', available }]);
      }
    });
    const lines = async () => (await readFile(stateFile, 'utf8')).trimEnd().split('\n').length;
    expect(await lines()).toBeGreaterThan(20);
    expect(await reopen(stateFile, (twin) => twin.available())).toEqual([19]);
    expect(await lines()).toBe(4); // the sequence, two locations, one product
  });

  test('forgets a key that has expired meanwhile', async () => {
    const stateFile = await makeStateFile();
    const [item] = await reopen(stateFile, (twin) => twin.seed(shirts(1)));
    const set = (twin: TwinClient) =>
      twin.setOnlineAtp('k', [
        { inventoryItemId: item!.inventoryItemId, quantity: 7, changeFromQuantity: 10 },
      ]);
    await reopen(stateFile, set, () => new Date('2026-11-24T12:00:00Z'));
    const { data } = await reopen(stateFile, set, () => new Date('2026-11-25T12:00:00Z'));
    expect(data.inventorySetQuantities.userErrors).toMatchObject([{ code: 'CHANGE_FROM_QUANTITY_STALE' }]);
  });

  test('drops a last line that was cut off by a kill, and refuses any other damage', async () => {
    const stateFile = await makeStateFile();
    await reopen(stateFile, (twin) => twin.seed(shirts(2)));
    await appendFile(stateFile, '{"type":"variant-deleted","domain":"blue-sh');
    expect(await reopen(stateFile, (twin) => twin.available())).toEqual([10, 10]);

    await writeFile(stateFile, `nonsense\n${await readFile(stateFile, 'utf8')}`);
    await expect(startShopifyTwin({ stateFile, shops: [SHOP] })).rejects.toThrow(/damaged at line 1/);
  });
});
