/**
 * Plays a story of the lane model (test/model) on the real product: workers are processes that stand still where the
 * story says so, the network holds each call until the story lets it arrive, and Shopify is the twin.
 *
 * It can play stories of one product, SHIRT, in which workers stand still only before they send a call, nothing is
 * imported and no day passes; it refuses others.
 */
import type { Installation } from '../end-to-end/installation.ts';
import type { DelayingProxy, StuckRequest } from '../setup/delaying-proxy.ts';
import type { CallWords, Step, WorkerStep } from '../model/steps.ts';
import { startCrashingWorker, type CrashingWorker } from './crashing.ts';

const SKU = 'SHIRT';

/** @param shop file 1 of it is applied, and no worker of it runs but `first` */
export async function playStory(
  { shop, proxy, first }: { shop: Installation; proxy: DelayingProxy; first: CrashingWorker },
  story: readonly Step[],
): Promise<void> {
  const workers = new Map([[0, first]]);
  const paused = new Set<number>();
  /** Calls that were sent and wait on the network for their arrival, by their sender. */
  const stuck = new Map<number, StuckRequest>();
  // Each sending of the story but those of paused workers gets stuck, in their order, until it is to arrive.
  const sendings = new Map<number, StuckRequest>();
  for (const [index, step] of story.entries()) {
    const call = sentBy(step);
    if (!call || (step.what === 'worker' && isPausedBefore(story, index, step.worker))) continue;
    sendings.set(index, proxy.stickNext('SetOnlineAtp', endingOf(story, index), isMeant(call)));
  }
  await orderPause(story, 0, workers);
  for (const [index, step] of story.entries()) {
    switch (step.what) {
      case 'file made':
        await shop.count(`RESET_INVENTORY__${step.sequence}.csv`, 'WAREHOUSE', {
          [SKU]: step.quantities[0] ?? 0,
        });
        await shop.recentChanges();
        break;
      case 'sold':
        await shop.sellOnShopify(SKU, 1);
        break;
      case 'arrived':
      case 'arrived late': {
        const sender = step.outcome.worker ?? 0;
        await stuck.get(sender)?.deliver();
        stuck.delete(sender);
        break;
      }
      case 'worker':
        for (const did of step.did) await follow(index, step.worker, did);
        break;
      default:
        throw new Error(`This cannot be played: ${step.what}.`);
    }
    await orderPause(story, index + 1, workers);
  }

  async function follow(index: number, worker: number, did: WorkerStep): Promise<void> {
    switch (did.step) {
      case 'overtook':
        if (!workers.has(worker)) workers.set(worker, await startCrashingWorker(shop));
        return;
      case 'stored':
        if (!isPausedAfter(story, index, worker)) return;
        await workers.get(worker)?.waitUntilStruck();
        paused.add(worker);
        return;
      case 'sent':
        if (paused.delete(worker)) await goOn(worker);
        else await arriveAtNetwork(index, worker);
        return;
      case 'closed':
        await shop.until(async () => {
          const query = 'SELECT FROM upload_file WHERE sequence = $1 AND closed_at IS NOT NULL';
          return (await shop.database.query(query, [did.sequence])).length === 1;
        });
        return;
      default:
      // The worker does it by itself.
    }
  }

  async function arriveAtNetwork(index: number, worker: number): Promise<void> {
    const sending = sendings.get(index);
    if (!sending) return;
    await sending.waitUntilStuck();
    stuck.set(worker, sending);
  }

  /**
   * It sends its call, which arrives at once; or it does not, because it stood still for too long. Either is done when it
   * has ended, since it first finishes what it was doing.
   */
  async function goOn(worker: number): Promise<void> {
    await workers.get(worker)?.process.endOrderly();
  }
}

/** Orders the worker that stores the next call to stand still before it sends it, if the story says so. */
async function orderPause(
  story: readonly Step[],
  from: number,
  workers: ReadonlyMap<number, CrashingWorker>,
): Promise<void> {
  const index = story.findIndex((step, at) => at >= from && step.what !== 'worker');
  // The worker goes on by itself after a step from outside, up to its next call.
  if (index !== from) return;
  for (let at = index + 1; at < story.length; at += 1) {
    const step = story[at];
    if (step?.what !== 'worker') return;
    if (!step.did.some(({ step: did }) => did === 'stored') || !isPausedAfter(story, at, step.worker))
      continue;
    await workers.get(step.worker)?.order({ at: 'call stored, not sent', signal: 'SIGSTOP' });
    return;
  }
}

/** Whether another worker does something before this one does its next step. */
function isPausedAfter(story: readonly Step[], index: number, worker: number): boolean {
  for (const step of story.slice(index + 1)) {
    if (step.what === 'worker') return step.worker !== worker;
  }
  return false;
}

function isPausedBefore(story: readonly Step[], index: number, worker: number): boolean {
  const before = story.slice(0, index).findLast((step) => step.what === 'worker');
  return before?.what === 'worker' && before.worker !== worker;
}

function sentBy(step: Step): CallWords | null {
  if (step.what !== 'worker') return null;
  const sent = step.did.find((did) => did.step === 'sent');
  return sent?.step === 'sent' ? sent.call : null;
}

/** A sender that gets no answer loses its connection: its next attempt begins at once. */
function endingOf(story: readonly Step[], index: number): 'cut' | 'silence' {
  const sender = story[index];
  const arrival = story
    .slice(index + 1)
    .find(
      (step) => step.what === 'arrived' && sender?.what === 'worker' && step.outcome.worker === sender.worker,
    );
  return arrival?.what === 'arrived' && !arrival.outcome.isAnswerLost ? 'silence' : 'cut';
}

function isMeant({ rows }: CallWords): (body: string) => boolean {
  const { from, to } = rows[0] ?? { from: 0, to: 0 };
  return (body) => body.includes(`"quantity":${to},`) && body.includes(`"changeFromQuantity":${from}`);
}
