/** Answers of the server, remembered for a moment by a process that asks for them again and again. */

interface Kept<Answer> {
  /** When the server was asked, by `performance.now`. */
  readonly askedAt: number;
  readonly answer: Answer;
}

interface Remembering {
  /** Whoever gets an answer that is older has it renewed for those who come next. */
  readonly renewedAfterMs: number;
  /** What is older is not told. */
  readonly keptMs: number;
  /** Answers that are kept at most: the one that was read first goes first. */
  readonly keptMax: number;
}

/** The last answer under the key, or what `ask` answers. Who asks while it is being read gets the same. */
type Recall<Answer> = (key: string, ask: () => Promise<Answer>) => Promise<Answer>;

/** A memory for each server, by whatever asks it: one ends with its owner. */
export function createMemories<Answer>(limits: Remembering): (owner: object) => Recall<Answer> {
  const memories = new WeakMap<object, Recall<Answer>>();
  return (owner) => {
    const recall = memories.get(owner) ?? createMemory<Answer>(limits);
    memories.set(owner, recall);
    return recall;
  };
}

function createMemory<Answer>({ renewedAfterMs, keptMs, keptMax }: Remembering): Recall<Answer> {
  const read = new Map<string, Kept<Answer>>();
  const reading = new Map<string, Promise<Answer>>();
  const renew = (key: string, ask: () => Promise<Answer>): Promise<Answer> => {
    const askedAt = performance.now();
    const next = ask()
      .then((answer) => {
        read.delete(key);
        read.set(key, { askedAt, answer });
        const [first] = read.keys();
        if (first !== undefined && read.size > keptMax) read.delete(first);
        return answer;
      })
      .finally(() => reading.delete(key));
    reading.set(key, next);
    return next;
  };
  return async (key, ask) => {
    const last = read.get(key);
    const age = last === undefined ? Infinity : performance.now() - last.askedAt;
    if (last !== undefined && age <= renewedAfterMs) return last.answer;
    const next = reading.get(key) ?? renew(key, ask);
    if (last === undefined || age > keptMs) return next;
    // If it fails, it is told to whoever waits for it.
    next.catch(() => undefined);
    return last.answer;
  };
}
