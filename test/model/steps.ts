/** What may happen next in the model, in the words in which a story of it is told. */
export type Step =
  | { readonly what: 'sold'; readonly product: number; readonly place: 0 | 1 }
  | { readonly what: 'restocked'; readonly product: number }
  | { readonly what: 'moved'; readonly drain: number | null }
  | { readonly what: 'paused' }
  | { readonly what: 'resumed' }
  | { readonly what: 'orders imported' }
  | { readonly what: 'file made'; readonly sequence: number; readonly quantities: readonly (number | null)[] }
  | { readonly what: 'published'; readonly sequence: number }
  | { readonly what: 'arrived'; readonly call: CallWords; readonly outcome: Arrival }
  | { readonly what: 'arrived late'; readonly call: CallWords; readonly outcome: Arrival }
  | { readonly what: 'call aged'; readonly call: CallWords }
  | { readonly what: 'a day passed' }
  | { readonly what: 'looked at'; readonly product: number; readonly shown: number }
  | { readonly what: 'decided'; readonly decision: 'retry' | 'skip'; readonly sequence: number }
  | { readonly what: 'worker'; readonly worker: number; readonly did: readonly WorkerStep[] };

export interface CallWords {
  readonly sequence: number;
  readonly generation: number;
  /** As in "5 → 7", for each product. */
  readonly rows: readonly { readonly from: number; readonly to: number }[];
}

export interface Arrival {
  readonly isApplied: boolean;
  /** Shopify answered from its memory of the key. */
  readonly isRemembered: boolean;
  readonly isAnswerLost: boolean;
  /** Whose call it is; null: nobody waits for it. */
  readonly worker: number | null;
}

export type WorkerStep =
  | { readonly step: 'entered' }
  | { readonly step: 'overtook' }
  | { readonly step: 'took over the lease' }
  | { readonly step: 'was refused by the ledger' }
  | { readonly step: 'released the lane' }
  | { readonly step: 'found the lane paused' }
  | { readonly step: 'published'; readonly sequence: number }
  | { readonly step: 'took file'; readonly sequence: number }
  | { readonly step: 'looked at the ledger'; readonly sequence: number }
  | { readonly step: 'passed on'; readonly sequence: number; readonly products: readonly number[] }
  | { readonly step: 'read'; readonly shown: readonly number[] }
  | { readonly step: 'stored'; readonly call: CallWords }
  | { readonly step: 'settled without a call'; readonly sequence: number }
  | { readonly step: 'will repeat'; readonly call: CallWords }
  | { readonly step: 'sent'; readonly call: CallWords }
  | { readonly step: 'did not send'; readonly call: CallWords }
  | { readonly step: 'gave up waiting'; readonly call: CallWords }
  | { readonly step: 'recorded'; readonly call: CallWords; readonly as: string }
  | { readonly step: 'found too old'; readonly call: CallWords }
  | { readonly step: 'closed'; readonly sequence: number }
  | { readonly step: 'blocked'; readonly sequence: number }
  | { readonly step: 'crashed' };
