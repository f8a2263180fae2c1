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
   * Makes the write, when its turn comes, in a transaction that holds the lane, together with others of its kind that wait. One that
   * fails takes no other with it. Throws what the write throws, and what `holdLane` throws: then, too, when an earlier write could not
   * hold the lane while this one waited.
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
    let isHeld = false;
    try {
      await this.#database.transaction(async (connection) => {
        await holdLane(connection, this.pass);
        isHeld = true;
        const parts = writes.map(({ part }) => part);
        await first.how.write(connection, this.pass, parts);
      });
    } catch (error) {
      if (!isHeld) {
        // They would wait as long for the same.
        for (const write of [...writes, ...this.#waiting.splice(0)]) write.failed(error);
      } else if (writes.length === 1) {
        first.failed(error);
      } else {
        for (const write of writes) await this.#writeTogether([write]);
      }
      return;
    }
    for (const write of writes) write.done();
  }
}
