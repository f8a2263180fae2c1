/** A story of steps in plain words, for a person. */
import type { Arrival, CallWords, Step, WorkerStep } from './steps.ts';

const NAMES = ['Worker A', 'Worker B'];

export function storyInWords(story: readonly Step[]): string {
  return story.map((step, index) => `${String(index + 1).padStart(4)}. ${stepInWords(step)}`).join('\n');
}

function stepInWords(step: Step): string {
  switch (step.what) {
    case 'sold':
      return `Shopify sells one unit${of(step.product)}${step.place === 1 ? ' from the new location' : ''}.`;
    case 'restocked':
      return `An order is cancelled: Shopify sells its unit${of(step.product)} again, at the old location.`;
    case 'moved':
      return `A person gives the shop another location${step.drain === null ? '' : `; file ${step.drain} drains the old one`}.`;
    case 'paused':
      return 'A person pauses the lane.';
    case 'resumed':
      return 'A person lets the lane go on.';
    case 'orders imported':
      return 'The orders up to now are imported.';
    case 'file made':
      return `File ${step.sequence} is made: ${step.quantities.map((quantity) => quantity ?? '-').join(', ')}.`;
    case 'published':
      return `Its producer puts file ${step.sequence} onto SFTP.`;
    case 'arrived':
      return arrivalInWords(step.call, step.outcome);
    case 'arrived late':
      return `LATE: ${arrivalInWords(step.call, step.outcome)}`;
    case 'call aged':
      return `Twenty hours pass: ${nameInWords(step.call)} is too old to be repeated.`;
    case 'a day passed':
      return 'A day passes: Shopify forgets its keys, and nobody looks at doubtful products any more.';
    case 'looked at':
      return `A look at${of(step.product) || ' the product'}: it shows ${step.shown}, not what was left. The next file has it.`;
    case 'decided':
      return `A person decides: ${step.decision} file ${step.sequence}.`;
    case 'worker':
      return `${NAMES[step.worker] ?? ''} ${step.did.map(workerInWords).join(', ')}.`;
  }
}

function workerInWords(did: WorkerStep): string {
  switch (did.step) {
    case 'entered':
      return 'enters the lane';
    case 'overtook':
      return 'enters the lane as the next attempt of the same run; the other worker stands still and is taken for dead';
    case 'took over the lease':
      return 'takes over the lane; the other worker stands still, and its lease has expired';
    case 'was refused by the ledger':
      return 'wants to write, but its epoch is old: it stops';
    case 'released the lane':
      return 'finds nothing to do and releases the lane';
    case 'found the lane paused':
      return 'finds the lane paused and releases it';
    case 'published':
      return `puts file ${did.sequence} onto SFTP`;
    case 'took file':
      return `takes file ${did.sequence}`;
    case 'looked at the ledger':
      return `looks what is left of file ${did.sequence}`;
    case 'passed on':
      return `passes ${did.products.map((product) => `product ${product + 1}`).join(' and ')} of file ${did.sequence} on to a newer file`;
    case 'read':
      return `reads from Shopify: ${did.shown.join(', ')}`;
    case 'stored':
      return `stores ${callInWords(did.call)}`;
    case 'settled without a call':
      return `finds that file ${did.sequence} needs no call`;
    case 'will repeat':
      return `finds ${nameInWords(did.call)} without an answer, and will repeat it`;
    case 'sent':
      return `sends ${nameInWords(did.call)}`;
    case 'did not send':
      return `does not send ${nameInWords(did.call)}: its deadline has passed`;
    case 'gave up waiting':
      return `waits no longer for the answer to ${nameInWords(did.call)}, which is still under way`;
    case 'recorded':
      return `records ${nameInWords(did.call)} as ${did.as}`;
    case 'found too old':
      return `finds ${nameInWords(did.call)} too old to be repeated`;
    case 'closed':
      return `closes file ${did.sequence}`;
    case 'blocked':
      return `cannot apply file ${did.sequence}, which blocks the lane`;
    case 'crashed':
      return 'dies';
  }
}

function arrivalInWords(call: CallWords, { isApplied, isRemembered, isAnswerLost, worker }: Arrival): string {
  const outcome = isApplied ? 'applied' : 'refused as stale';
  const how = isRemembered ? `answered as before (${outcome})` : outcome;
  const lost = isAnswerLost && worker !== null ? `; ${NAMES[worker] ?? ''} never gets the answer` : '';
  return `${callInWords(call)} arrives at Shopify and is ${how}${lost}.`;
}

function callInWords(call: CallWords): string {
  return `${nameInWords(call)} (${call.rows.map(({ from, to }) => `${from} → ${to}`).join(', ')})`;
}

function nameInWords({ sequence, generation }: CallWords): string {
  return `call ${generation + 1} of file ${sequence}`;
}

function of(product: number): string {
  return product === 0 ? '' : ` of product ${product + 1}`;
}
