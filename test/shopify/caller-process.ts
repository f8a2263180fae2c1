/**
 * A process that calls a shop, so many calls at once, until it is ended: what shared-quota-processes.test.ts starts twice. It says when it is
 * ready, begins when it is told to, and tells of each call that was answered.
 */
import { isCoded } from '../../src/domain/errors.ts';
import { openAdminApi, type ShopConnection } from '../../src/shopify/admin-api.ts';

export interface CallerTask {
  readonly shop: ShopConnection;
  readonly environment: Readonly<Record<string, string>>;
  readonly itemIds: readonly string[];
  readonly callsAtOnce: number;
}

export type CallerSays = 'ready' | 'answered';

const say = (word: CallerSays): void => void process.send?.(word);

process.once('message', ({ shop, environment, itemIds, callsAtOnce }: CallerTask) => {
  const api = openAdminApi(shop, { environment });
  for (let caller = 0; caller < callsAtOnce; caller += 1) void callOn(api.readItems.bind(api, itemIds));
});
process.once('disconnect', () => process.exit());
say('ready');

async function callOn(call: () => Promise<unknown>): Promise<never> {
  for (;;) {
    try {
      await call();
      say('answered');
    } catch (error) {
      // The quota knows of it, and lets the next call wait.
      if (!isCoded(error, 'SHOPIFY_THROTTLED')) throw error;
    }
  }
}
