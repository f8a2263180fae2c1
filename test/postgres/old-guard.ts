/**
 * The control: the guard before this one, as a model. A delta that would send more than a fifth of the mapped products
 * from above zero to zero is held; only what falls and stays above zero goes out then.
 */
export class OldGuard {
  readonly published: Map<string, number>;

  constructor(published: ReadonlyMap<string, number>) {
    this.published = new Map(published);
  }

  /** Makes the next delta, from the quantities of now. */
  publish(now: ReadonlyMap<string, number>): void {
    const before = (sku: string) => this.published.get(sku) ?? 0;
    const differing = [...now].filter(([sku, quantity]) => quantity !== before(sku));
    const toZero = differing.filter(([, quantity]) => quantity === 0).length;
    const isHeld = toZero * 100 > now.size * 20;
    for (const [sku, quantity] of differing) {
      if (!isHeld || (quantity > 0 && quantity < before(sku))) this.published.set(sku, quantity);
    }
  }
}
