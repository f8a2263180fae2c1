import type { Connection, Database } from '../database.ts';
import { holdLane, type LanePass } from './lane.ts';

/**
 * What one attempt writes to its lane. Each write proves first that the attempt still has the lane, by the lane's row, for which
 * all writes to the lane wait. So they take turns here, where waiting needs no connection.
 */
export class LaneWrites {
  readonly pass: LanePass;
  readonly #database: Database;
  /** Ends when the last write that has asked for a turn has had it. */
  #turns: Promise<void> = Promise.resolve();
  /** How many writes have asked for a turn. */
  #asked = 0;
  /** Why the lane could not be held, and how many had asked by then: they would wait as long for the same. */
  #failed: { readonly error: unknown; readonly asked: number } | null = null;

  constructor(database: Database, pass: LanePass) {
    this.#database = database;
    this.pass = pass;
  }

  /**
   * Makes the change, when its turn comes, in a transaction that holds the lane. Throws what the change throws, and what
   * `holdLane` throws: then, too, when an earlier write could not hold it while this one waited.
   */
  async write(change: (connection: Connection) => Promise<void>): Promise<void> {
    const before = this.#turns;
    const place = (this.#asked += 1);
    const turn = Promise.withResolvers<void>();
    this.#turns = turn.promise;
    await before;
    try {
      if (this.#failed && place <= this.#failed.asked) throw this.#failed.error;
      await this.#database.transaction(async (connection) => {
        await holdLane(connection, this.pass).catch((error: unknown) => {
          this.#failed = { error, asked: this.#asked };
          throw error;
        });
        await change(connection);
      });
    } finally {
      turn.resolve();
    }
  }
}
