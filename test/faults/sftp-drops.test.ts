/** The connection to the SFTP server breaks in the middle of a file, in either direction. */
import { expect, test } from 'vitest';
import { Installation, SHOP } from '../end-to-end/installation.ts';
import { concurrently } from '../setup/clean-up.ts';
import { freshSftpRoot } from '../setup/fresh-sftp-root.ts';
import { tcpProxy, type TcpProxy } from '../sftp/tcp-proxy.ts';
import { expectRightState } from './right-state.ts';

/** So many that a file of theirs has several times the bytes after which a connection breaks. */
const SKUS = Array.from({ length: 800 }, (_, index) => `SHIRT-${String(index).padStart(4, '0')}`);
const HALF_A_FILE_BYTES = 30_000;

function all(quantity: number): Record<string, number> {
  return Object.fromEntries(SKUS.map((sku) => [sku, quantity]));
}

function written(...quantities: readonly number[]): Record<string, readonly number[]> {
  return Object.fromEntries(SKUS.map((sku) => [sku, quantities]));
}

async function syncedThroughProxy(): Promise<{ readonly shop: Installation; readonly proxy: TcpProxy }> {
  const sftp = await freshSftpRoot();
  const proxy = await tcpProxy(sftp.settings);
  const shop = await Installation.open(SKUS, {
    sftp: { ...sftp, settings: { ...sftp.settings, host: '127.0.0.1', port: proxy.port } },
  });
  await shop.startWorker();
  await shop.importCount('RESET_INVENTORY__1.csv', 'WAREHOUSE', all(5));
  await shop.hardSync();
  await shop.processUploads();
  return { shop, proxy };
}

/** Once it has happened, the network is as good as before. */
async function brokenOnce(shop: Installation, proxy: TcpProxy): Promise<void> {
  await shop.until(() => Promise.resolve(proxy.broken() > 0));
}

for (const how of ['reset', 'hole'] as const) {
  test.concurrent(
    `${how} while a file is written: nobody sees it before it is whole`,
    concurrently(async () => {
      const { shop, proxy } = await syncedThroughProxy();
      await shop.importCount('RESET_INVENTORY__2.csv', 'WAREHOUSE', all(7));

      proxy.breakAfter(HALF_A_FILE_BYTES, how, 'sent');
      const delta = shop.recentChanges();
      await brokenOnce(shop, proxy);
      expect((await shop.filesIn(`outgoing/${SHOP}`)).filter((name) => name.endsWith('.csv'))).toEqual([]);
      proxy.mend();
      await delta;

      await expectRightState(shop, { written: written(5, 7), files: 2 });
    }),
  );

  test.concurrent(
    `${how} while a feed is read: it counts once`,
    concurrently(async () => {
      const { shop, proxy } = await syncedThroughProxy();

      proxy.breakAfter(HALF_A_FILE_BYTES / 2, how, 'received');
      const counted = shop.importCount('RESET_INVENTORY__2.csv', 'WAREHOUSE', all(7));
      await brokenOnce(shop, proxy);
      proxy.mend();
      expect(await counted).toMatchObject({ files: [{ applied: SKUS.length, failed: 0 }] });
      await shop.recentChanges();

      await expectRightState(shop, { written: written(5, 7), files: 2 });
    }),
  );

  test.concurrent(
    `${how} while the lane proves its next file: the file is not taken for an altered one`,
    concurrently(async () => {
      const { shop, proxy } = await syncedThroughProxy();
      await shop.importCount('RESET_INVENTORY__2.csv', 'WAREHOUSE', all(7));
      const call = await shop.hold('SetOnlineAtp');
      await shop.recentChanges();
      await shop.arrived(call);
      await shop.importCount('RESET_INVENTORY__3.csv', 'WAREHOUSE', all(6));
      await shop.recentChanges();

      proxy.breakAfter(HALF_A_FILE_BYTES, how, 'received');
      await shop.release(call);
      await brokenOnce(shop, proxy);
      proxy.mend();

      await expectRightState(shop, { written: written(5, 7, 6), files: 3 });
    }),
  );
}
