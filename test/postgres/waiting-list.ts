/**
 * What waits for Shopify, kept by hand: a plain list of changes with their instants and of what has taken them over. It
 * looks at which products a file, a plan or the lane has, and at no instant that the product keeps.
 */
export type Instant = string;

/** The oldest of them; undefined: there is none. */
export function oldestOf(instants: Iterable<Instant | undefined>): Instant | undefined {
  return [...instants].filter((each) => each !== undefined).toSorted()[0];
}

export interface WaitingFile {
  readonly sequence: number;
  readonly kind: string;
  readonly products: readonly string[];
  /** Undefined: it carries no change. */
  instant: Instant | undefined;
}

/** What a producer has made, as the tables of its file and its plan say. */
export interface Made {
  readonly kind: string;
  readonly file: {
    readonly sequence: number;
    readonly products: readonly string[];
    readonly madeAt: Instant;
  } | null;
  /** Products that are withheld now, and since when at the latest. */
  readonly withheld: ReadonlyMap<string, Instant>;
}

/** `*`: of every product of the shop. */
interface Change {
  readonly product: string;
  readonly at: Instant;
}

/** A change of one product: it is in the log, in a file of this number, or kept for a later one. */
interface LackingChange {
  readonly product: string;
  readonly at: Instant;
  readonly where: 'log' | 'kept' | number;
  /** The first file that has it: this one, and each later one, brings it to Shopify. Undefined: none has it yet. */
  readonly firstIn?: number | undefined;
}

export class WaitingList {
  pending: Change[] = [];
  hardSyncNeeded: Instant | undefined;
  readonly files = new Map<number, WaitingFile>();
  readonly owed = new Map<string, Instant>();
  readonly withheld = new Map<string, Instant>();
  readonly rejected = new Map<string, Instant>();
  /** Of products whose last file was not applied to them. */
  readonly notApplied = new Map<string, { readonly at: Instant; readonly isQuarantined: boolean }>();
  /** Each change that Shopify really lacks, and what has it now. */
  #lacking: LackingChange[] = [];

  readonly #products: readonly string[];

  constructor(products: readonly string[]) {
    this.#products = products;
  }

  onItsWay(): Instant | undefined {
    return oldestOf([
      ...this.pending.map(({ at }) => at),
      ...this.owed.values(),
      ...this.rejected.values(),
      ...[...this.files.values()].map(({ instant }) => instant),
      this.hardSyncNeeded,
    ]);
  }

  setApart(): Instant | undefined {
    const quarantined = [...this.notApplied].filter(
      ([product, { isQuarantined }]) => isQuarantined && !this.owed.has(product),
    );
    return oldestOf([...this.withheld.values(), ...quarantined.map(([, { at }]) => at)]);
  }

  change(product: string, at: Instant): void {
    this.pending.push({ product, at });
    for (const each of product === '*' ? this.#products : [product])
      this.#lacking.push({ product: each, at, where: 'log' });
  }

  /** Since when Shopify really lacks something. */
  lacksSince(): Instant | undefined {
    return oldestOf(this.#lacking.map(({ at }) => at));
  }

  /** @param to where a change is then; null: it is no change any more, or on Shopify */
  #carry(to: (change: LackingChange) => LackingChange['where'] | null): void {
    this.#lacking = this.#lacking.flatMap((change) => {
      const where = to(change);
      return where === null ? [] : [{ ...change, where }];
    });
  }

  make({ kind, file, withheld }: Made): void {
    const everything = kind === 'hard-sync' ? this.#everything() : undefined;
    const waitsOf = (product: string) =>
      kind === 'hard-sync'
        ? everything
        : oldestOf([
            ...this.pending
              .filter((change) => change.product === '*' || change.product === product)
              .map(({ at }) => at),
            this.owed.get(product),
            this.rejected.get(product),
          ]);
    const carried = (file?.products ?? []).map((product) =>
      withheld.has(product) ? waitsOf(product) : oldestOf([waitsOf(product), this.withheld.get(product)]),
    );
    const held = [...withheld].map(
      ([product, madeAt]) =>
        [product, oldestOf([waitsOf(product), this.withheld.get(product)]) ?? madeAt] as const,
    );
    if (file) {
      const { sequence, products, madeAt } = file;
      const instant = oldestOf(carried) ?? (kind === 'hard-sync' ? undefined : madeAt);
      this.files.set(sequence, { sequence, kind, products, instant });
      for (const product of products) this.owed.delete(product);
    }
    if (kind === 'hard-sync') this.hardSyncNeeded = undefined;
    this.pending = [];
    this.rejected.clear();
    this.withheld.clear();
    for (const [product, at] of held) this.withheld.set(product, at);
    this.#lacking = this.#lacking.map((change) =>
      !withheld.has(change.product) && file?.products.includes(change.product)
        ? { ...change, firstIn: change.firstIn ?? file.sequence }
        : change,
    );
    this.#carry(({ product, where }) => {
      if (typeof where === 'number') return where;
      if (withheld.has(product)) return 'kept';
      if (file?.products.includes(product)) return file.sequence;
      // The producer has looked at it: it differs from nothing.
      return this.owed.has(product) || this.notApplied.has(product) ? 'kept' : null;
    });
  }

  #everything(): Instant | undefined {
    return oldestOf([
      ...this.pending.map(({ at }) => at),
      ...this.owed.values(),
      ...this.rejected.values(),
      this.hardSyncNeeded,
    ]);
  }

  /** The files take over from one another: a Hard Sync from those that it supersedes. */
  supersede(superseded: readonly number[], by: number): void {
    const later = this.files.get(by);
    const instants = superseded.map((sequence) => this.files.get(sequence)?.instant);
    if (later) later.instant = oldestOf([later.instant, ...instants]);
    for (const sequence of superseded) this.files.delete(sequence);
    this.#carry(({ where }) => (typeof where === 'number' && superseded.includes(where) ? by : where));
  }

  settle(sequence: number, product: string, outcome: string, settledAt: Instant): void {
    const isPushed = outcome === 'UNCHANGED';
    this.#carry((change) => {
      const { where, firstIn } = change;
      if (change.product !== product) return where;
      if (isPushed && firstIn !== undefined && firstIn <= sequence) return null;
      if (isPushed && where === 'kept' && firstIn === undefined)
        return this.withheld.has(product) ? 'kept' : null;
      return typeof where === 'number' && where <= sequence ? 'kept' : where;
    });
    if (isPushed) {
      this.notApplied.delete(product);
      return;
    }
    const at =
      oldestOf([this.files.get(sequence)?.instant ?? settledAt, this.notApplied.get(product)?.at]) ??
      settledAt;
    this.notApplied.set(product, { at, isQuarantined: outcome === 'QUARANTINED' });
    // Owed by this file, or since a younger change by a later one that was skipped.
    if (outcome === 'OWED' || this.owed.has(product)) this.#owe(product, at);
  }

  #owe(product: string, at: Instant): void {
    this.owed.set(product, oldestOf([this.owed.get(product), at]) ?? at);
  }

  close(sequence: number): void {
    this.files.delete(sequence);
  }

  /** @param published of each product the last file that has it */
  skip(
    sequence: number,
    published: ReadonlyMap<string, number>,
    applied: ReadonlySet<string>,
    at: Instant,
  ): void {
    const skipped = this.files.get(sequence);
    this.files.delete(sequence);
    for (const product of skipped?.products ?? []) {
      if (applied.has(product)) continue;
      const last = published.get(product);
      const later = last === undefined ? undefined : this.files.get(last);
      const instant = skipped?.instant;
      if (last === sequence) this.#owe(product, oldestOf([instant, this.notApplied.get(product)?.at]) ?? at);
      else if (later) later.instant = oldestOf([later.instant, instant]);
      else if (this.owed.has(product) && instant !== undefined) this.#owe(product, instant);
    }
    this.#carry(({ product, where }) => {
      if (where !== sequence) return where;
      if (applied.has(product)) return null;
      const last = published.get(product) ?? sequence;
      return this.files.has(last) ? last : 'kept';
    });
  }

  release(): void {
    for (const [product, { at }] of this.notApplied) this.#owe(product, at);
  }

  reject(): void {
    for (const [product, at] of this.withheld) this.rejected.set(product, at);
    this.withheld.clear();
  }

  /** The shop gets another location: its next file has everything, and nothing is held. */
  move(at: Instant): void {
    const files = [...this.files.values()].map(({ instant }) => instant);
    this.hardSyncNeeded = oldestOf([this.hardSyncNeeded, ...files, ...this.withheld.values(), at]);
    this.files.clear();
    for (const [product, since] of this.withheld)
      this.#owe(product, oldestOf([since, this.notApplied.get(product)?.at]) ?? since);
    this.withheld.clear();
    for (const product of this.#products) this.#lacking.push({ product, at, where: 'kept' });
    // What the files have brought is at the old location.
    this.#lacking = this.#lacking.map((change) => ({
      ...change,
      where: change.where === 'log' ? 'log' : 'kept',
      firstIn: undefined,
    }));
  }
}
