import { checkOrigin } from '../postgres/producing/shop-origin.ts';
import type { Application } from './application.ts';

/**
 * Before an operation numbers a file: whether this database is the one in which the shop's files were numbered. SFTP is
 * asked only when the database was started since that was last looked at.
 *
 * @throws AtpError DATABASE_READ_ONLY, SHOP_UNKNOWN, CONFIG_INVALID, and what the file drop throws
 */
export async function checkShopOrigin(app: Application, shopId: string): Promise<void> {
  await checkOrigin(await app.database(), shopId, async () => {
    const [fileDrop, { readNumbersOnSftp }] = await Promise.all([
      app.fileDrop(),
      import('../sftp/numbers-on-drop.ts'),
    ]);
    return fileDrop((drop) => readNumbersOnSftp(drop, shopId));
  });
}
