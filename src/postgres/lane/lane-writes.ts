import { JOINT_WRITES_MAX } from '../../domain/limits.ts';
import type { Connection, Database } from '../database.ts';
import { holdLane, type LanePass } from './lane.ts';

/** A write that can be made for several at once, in one transaction. It locks the rows of all of them in one order. */
export interface JointWrite<Part> {
  write(connection: Connection, pass: LanePass, parts: readonly Part[]): Promise<void>;
}

interface WaitingWrite {
  readonly how: JointWrite<unknown>;
  readonly part: unknown;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * What one attempt writes to its lane. Each write proves first that the attempt still has the lane, by the lane's row, for which
 * all writes to the lane wait. So they take turns here, where waiting needs no connection; and those of one kind that wait at the same time
 * take one turn together.
 */
export class LaneWrites {
  readonly pass: LanePass;
  readonly #database: Database;
  readonly #waiting: WaitingWrite[] = [];
  #isWriting = false;

  constructor(database: Database, pass: LanePass) {
    this.#database = database;
    this.pass = pass;
  }

  /** Makes the change, when its turn comes, in a transaction of its own that holds the lane. Throws as `join` does. */
  write(change: (connection: Connection) => Promise<void>): Promise<void> {
    return this.join({ write: change }, null);
  }

  /**
   * Makes the write, when its turn comes, in a transaction that holds the lane, together with others of its kind that wait. Where one of
   * them fails, each is made for itself. Throws what the write throws, and what `holdLane` and the database throw: then, too, when an
   * earlier write could not begin while this one waited.
   */
  join<Part>(how: JointWrite<Part>, part: Part): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const done = () => {
      resolve(undefined);
    };
    this.#waiting.push({ how, part, done, failed: reject });
    if (!this.#isWriting) void this.#writeAll();
    return promise;
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    for (let next = this.#waiting[0]; next; next = this.#waiting[0])
      await this.#writeTogether(this.#takeAll(next));
    this.#isWriting = false;
  }

  /** The write, and those that wait for the same, in their order. */
  #takeAll({ how }: WaitingWrite): readonly WaitingWrite[] {
    const same = this.#waiting.filter((waiting) => waiting.how === how).slice(0, JOINT_WRITES_MAX);
    for (const taken of same) this.#waiting.splice(this.#waiting.indexOf(taken), 1);
    return same;
  }

  /** Throws nothing: each write is told. */
  async #writeTogether(writes: readonly WaitingWrite[]): Promise<void> {
    const [first] = writes;
    if (!first) return;
    const reached = { begun: false, written: false };
    try {
      await this.#database.transaction(async (connection) => {
        await holdLane(connection, this.pass);
        reached.begun = true;
        const parts = writes.map(({ part }) => part);
        await first.how.write(connection, this.pass, parts);
        reached.written = true;
      });
      for (const write of writes) write.done();
    } catch (error) {
      if (reached.begun && !reached.written && writes.length > 1) {
        // Each for itself, in its place: a kind that it shares with no other.
        const alone = writes.map((write) => ({ ...write, how: { write: write.how.write.bind(write.how) } }));
        this.#waiting.unshift(...alone);
        return;
      }
      // Those that wait would wait as long for the same. After a commit, nobody knows whether it was made: nothing is repeated here.
      const others = reached.begun ? [] : this.#waiting.splice(0);
      for (const write of [...writes, ...others]) write.failed(error);
    }
  }
}
