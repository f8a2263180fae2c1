import { randomUUID } from 'node:crypto';
import { ensureNamespace } from '../../src/stand-ins/temporal-server.ts';

/** As many as test files run at once. */
const AHEAD = 5;

/** Namespaces of Temporal that are ready before a test asks: the server takes a second until a new one can be used. */
export class NamespacesAhead {
  readonly #address: string;
  readonly #made: Promise<string>[] = [];

  constructor(address: string) {
    this.#address = address;
  }

  /** Returns one that nobody has had, with our search attributes, and lets another one be made. */
  async take(): Promise<string> {
    while (this.#made.length <= AHEAD) this.#made.push(this.#make());
    return (await this.#made.shift()) ?? '';
  }

  #make(): Promise<string> {
    const namespace = `test-${randomUUID()}`;
    const made = ensureNamespace(this.#address, namespace).then(() => namespace);
    // Whoever takes it learns why it is not there. At the end of a run nobody takes it.
    made.catch(() => undefined);
    return made;
  }
}
