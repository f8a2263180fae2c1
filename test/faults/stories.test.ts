/** Stories that the lane model tells when a safeguard is missing, played on the real product, which has it. */
import { expect, test } from 'vitest';
import { Installation } from '../end-to-end/installation.ts';
import { PAUSED_WORKER } from '../model/scenarios.ts';
import { searchAndTell } from '../model/report.ts';
import { withOwnCleanUp } from '../setup/clean-up.ts';
import { twinBehindProxy } from '../setup/delaying-proxy.ts';
import { startCrashingWorker } from './crashing.ts';
import { playStory } from './story-player.ts';

test.concurrent(
  'a worker that stands still before it sends does not send when its successor’s repeat was refused meanwhile',
  withOwnCleanUp(async () => {
    const { scenario, without } = PAUSED_WORKER;
    const { violation } = searchAndTell(`without ${without.join(' and ')}`, scenario, without);
    const story = violation?.story ?? [];
    const { twin, proxy } = await twinBehindProxy();
    const shop = await Installation.open(['SHIRT'], { twin });
    const first = await startCrashingWorker(shop);
    await shop.count('RESET_INVENTORY__1.csv', 'WAREHOUSE', { SHIRT: 5 });
    // The network of the story holds calls only once the shop shows what the story begins with.
    await shop.hardSync();
    await shop.processUploads();
    expect(await shop.readShown()).toEqual({ SHIRT: 5 });

    await playStory({ shop, proxy, first }, story);
    expect(writtenTo(await shop.twin.requests('SetOnlineAtp'))).toEqual([5, 5]);
  }),
);

/** What the shirt was set to, one after the other. */
function writtenTo(requests: readonly { readonly applied: readonly { readonly to: number }[] }[]): number[] {
  return requests.flatMap(({ applied }) => applied.map(({ to }) => to));
}
