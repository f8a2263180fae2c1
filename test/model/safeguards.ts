/** The safeguards of the lane, and Shopify's rules. A control takes one safeguard away. */

export const SAFEGUARDS = {
  epoch: 'every write of the ledger states the newest epoch',
  'epoch of each attempt': 'an attempt that takes over from another one of its run gets a new epoch',
  'epoch at an expired lease': 'a run that takes over an expired lease gets a new epoch',
  'compare-and-swap': 'Shopify changes a quantity only from the value that was read',
  'key of the call': 'a repeat has the key of the first sending',
  'call stored first':
    'a call without an answer is repeated, and no new one is made before a recorded refusal',
  'end of repeats': 'a call is repeated for 20 hours only, because Shopify forgets its key after 24',
  'send deadline': 'bytes leave before the deadline of the send or not at all',
  watch: 'products of calls in doubt are looked at for a day, and owed when they turn',
  'watch of applied repeats':
    'also products of calls that were sent twice and applied are looked at for a day',
  'time of the read': 'a drop is remembered with a time that is not before the read that saw it',
  debt: 'units of unseen sales are kept back',
  'doubt of the same file': 'a refusal of a repeat leaves the call in doubt',
  'doubt carried along': 'the doubt about a skipped file concerns the next file with the product',
  'file barrier': 'no file is applied before the lane is done with the files before it',
  'row guard': 'a row that a later file has settled is passed over',
  'what was left out is settled':
    'rows of a delta that has gone before the rest of a larger file are settled when a person leaves it out',
  'answers before a delta goes first':
    'a delta goes before the rest of a larger file only when every call of that one is answered',
  'drain of the old location': 'a location that a shop leaves is drained before the new one is filled',
  'proof of the drain': 'a row of a drain is settled by a read that shows zero, not by an answered write',
  'passed on to who has it': 'a row is passed on only to a newer file that waits and has the product',
  'passed on is owed': 'a row that was passed on to a file that is left out comes with the next one',
  'drain keeps its rows': 'a drain passes no row on',
  'pause at each call': 'whoever stores or repeats a call looks whether the lane is paused',
} as const;
export type Safeguard = keyof typeof SAFEGUARDS;

/** What Shopify does, as far as it is documented in two ways. */
export interface ShopifyRules {
  /** Whether a key whose call was refused may be used again. */
  readonly refusedKeys: 'reusable' | 'spent';
  /** Whether a key whose call was applied is answered without a second effect. */
  readonly replay: 'on' | 'off';
}
