/** The connection to the SFTP server breaks in the middle of a file, in either direction. */
import { expect, test } from 'vitest';
import { Installation, SHOP } from '../end-to-end/installation.ts';
import { withOwnCleanUp } from '../setup/clean-up.ts';
import { freshSftpRoot } from '../setup/fresh-sftp-root.ts';
import { tcpProxy, type TcpProxy } from '../sftp/tcp-proxy.ts';
import { expectRightState } from './right-state.ts';

/** So many that their file is several times as long as the bytes after which a connection breaks. */
const SKUS = Array.from({ length: 800 }, (_, index) => `SHIRT-${String(index).padStart(4, '0')}`);
const HALF_A_FILE_BYTES = 30_000;

function ofEach(quantity: number): Record<string, number> {
  return Object.fromEntries(SKUS.map((sku) => [sku, quantity]));
}

function written(...quantities: readonly number[]): Record<string, readonly number[]> {
  return Object.fromEntries(SKUS.map((sku) => [sku, quantities]));
}

async function openSyncedThroughProxy(): Promise<{ readonly shop: Installation; readonly proxy: TcpProxy }> {
  const sftp = await freshSftpRoot();
  const proxy = await tcpProxy(sftp.settings);
  const shop = await Installation.open(SKUS, {
    sftp: { ...sftp, settings: { ...sftp.settings, host: '127.0.0.1', port: proxy.port } },
  });
  await shop.startWorker();
  await shop.importCount('RESET_INVENTORY__1.csv', 'WAREHOUSE', ofEach(5));
  await shop.hardSync();
  await shop.processUploads();
  return { shop, proxy };
}

/** Waits until a connection was broken. */
async function waitUntilBroken(shop: Installation, proxy: TcpProxy): Promise<void> {
  await shop.until(() => Promise.resolve(proxy.countBroken() > 0));
}

for (const [how, breaks] of [
  ['reset', 'is reset'],
  ['hole', 'goes dead'],
] as const) {
  test.concurrent(
    `a file is not seen before it is whole when the connection ${breaks} while it is written`,
    withOwnCleanUp(async () => {
      const { shop, proxy } = await openSyncedThroughProxy();
      await shop.importCount('RESET_INVENTORY__2.csv', 'WAREHOUSE', ofEach(7));

      proxy.breakAfter(HALF_A_FILE_BYTES, how, 'sent');
      const delta = shop.recentChanges();
      await waitUntilBroken(shop, proxy);
      expect((await shop.filesIn(`outgoing/${SHOP}`)).filter((name) => name.endsWith('.csv'))).toEqual([]);
      proxy.mend();
      await delta;

      await expectRightState(shop, { written: written(5, 7), files: 2 });
    }),
  );

  test.concurrent(
    `a feed is imported once when the connection ${breaks} while it is read`,
    withOwnCleanUp(async () => {
      const { shop, proxy } = await openSyncedThroughProxy();

      proxy.breakAfter(HALF_A_FILE_BYTES / 2, how, 'received');
      const counted = shop.importCount('RESET_INVENTORY__2.csv', 'WAREHOUSE', ofEach(7));
      await waitUntilBroken(shop, proxy);
      proxy.mend();
      expect(await counted).toMatchObject({ files: [{ applied: SKUS.length, failed: 0 }] });
      await shop.recentChanges();

      await expectRightState(shop, { written: written(5, 7), files: 2 });
    }),
  );

  test.concurrent(
    `a file is not taken for an altered one when the connection ${breaks} while the lane reads it`,
    withOwnCleanUp(async () => {
      const { shop, proxy } = await openSyncedThroughProxy();
      await shop.importCount('RESET_INVENTORY__2.csv', 'WAREHOUSE', ofEach(7));
      const call = await shop.hold('SetOnlineAtp');
      await shop.recentChanges();
      await shop.waitForArrival(call);
      await shop.importCount('RESET_INVENTORY__3.csv', 'WAREHOUSE', ofEach(6));
      await shop.recentChanges();

      proxy.breakAfter(HALF_A_FILE_BYTES, how, 'received');
      await shop.release(call);
      await waitUntilBroken(shop, proxy);
      proxy.mend();

      await expectRightState(shop, { written: written(5, 7, 6), files: 3 });
    }),
  );
}
