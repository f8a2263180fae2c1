/**
 * The points that a shop grants its app (Shopify documentation, "Rate limits"): they come back at a steady rate, up
 * to what the bucket holds.
 */

/** What Shopify answers with each request, in points and points a second. */
export interface ThrottleStatus {
  readonly maximumAvailable: number;
  /** Whole points: a part of a point cannot be spent yet. */
  readonly currentlyAvailable: number;
  readonly restoreRate: number;
}

/** Counts in thousandths of a point: a millisecond brings back a whole number of them, so no rounding errors add up. */
export class LeakyBucket {
  #maximumAvailable: number;
  #restoreRate: number;
  #thousandths: number;
  #at: number;

  /** Full. @param at milliseconds since 1970, here and below */
  constructor(size: Pick<ThrottleStatus, 'maximumAvailable' | 'restoreRate'>, at: number) {
    this.#maximumAvailable = size.maximumAvailable;
    this.#restoreRate = size.restoreRate;
    this.#thousandths = size.maximumAvailable * 1000;
    this.#at = at;
  }

  /** Takes the points and returns true, or takes none and returns false when there are too few. */
  charge(points: number, at: number): boolean {
    this.#restore(at);
    if (points * 1000 > this.#thousandths) return false;
    this.#thousandths -= points * 1000;
    return true;
  }

  /** Gives points back that were charged and not used. */
  refund(points: number, at: number): void {
    this.#restore(at);
    this.#fillTo(this.#thousandths / 1000 + points);
  }

  /** A bucket that gets a new size is full. */
  change(change: Partial<ThrottleStatus>, at: number): void {
    this.#restore(at);
    if (change.restoreRate !== undefined) this.#restoreRate = change.restoreRate;
    if (change.maximumAvailable !== undefined) {
      this.#maximumAvailable = change.maximumAvailable;
      this.#fillTo(change.maximumAvailable);
    }
    if (change.currentlyAvailable !== undefined) this.#fillTo(change.currentlyAvailable);
  }

  status(at: number): ThrottleStatus {
    this.#restore(at);
    return {
      maximumAvailable: this.#maximumAvailable,
      currentlyAvailable: Math.floor(this.#thousandths / 1000),
      restoreRate: this.#restoreRate,
    };
  }

  #restore(at: number): void {
    const elapsedMs = Math.max(0, at - this.#at); // A clock that was set back restores nothing.
    this.#at = at;
    this.#fillTo((this.#thousandths + elapsedMs * this.#restoreRate) / 1000);
  }

  #fillTo(points: number): void {
    this.#thousandths = Math.min(this.#maximumAvailable * 1000, Math.round(points * 1000));
  }
}
