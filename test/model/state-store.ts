/** The states that were seen, each as its bytes: an exact set, one after the other in one buffer. */
export class StateStore {
  #bytes = new Uint8Array(1 << 24);
  #used = 0;
  #starts = new Float64Array(1 << 17);
  /** Open addressing: number of the state + 1; 0: free. */
  #slots = new Int32Array(1 << 18);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get byteCount(): number {
    return this.#bytes.byteLength + this.#starts.byteLength + this.#slots.byteLength;
  }

  /** The number of the state; negative, less 1, when it is new. */
  add(code: Uint8Array): number {
    const slot = this.#find(code);
    const known = this.#slots[slot] ?? 0;
    if (known !== 0) return known - 1;
    const number = this.#count;
    this.#slots[slot] = number + 1;
    this.#append(code);
    if (this.#count * 2 > this.#slots.length) this.#grow();
    return -number - 1;
  }

  /** The number of a state that was added; -1: it was not. */
  numberOf(code: Uint8Array): number {
    return (this.#slots[this.#find(code)] ?? 0) - 1;
  }

  #append(code: Uint8Array): void {
    if (this.#used + code.length > this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    if (this.#count + 2 > this.#starts.length) {
      const larger = new Float64Array(this.#starts.length * 2);
      larger.set(this.#starts);
      this.#starts = larger;
    }
    this.#bytes.set(code, this.#used);
    this.#used += code.length;
    this.#count += 1;
    this.#starts[this.#count] = this.#used;
  }

  /** The slot that has the state, or the free one where it belongs. */
  #find(code: Uint8Array): number {
    const mask = this.#slots.length - 1;
    for (let slot = hashOf(code, 0, code.length) & mask; ; slot = (slot + 1) & mask) {
      const known = this.#slots[slot] ?? 0;
      if (known === 0 || this.#isAt(known - 1, code)) return slot;
    }
  }

  #isAt(number: number, code: Uint8Array): boolean {
    const start = this.#starts[number] ?? 0;
    if ((this.#starts[number + 1] ?? 0) - start !== code.length) return false;
    for (let at = 0; at < code.length; at += 1) if (this.#bytes[start + at] !== code[at]) return false;
    return true;
  }

  #grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    const mask = this.#slots.length - 1;
    for (let number = 0; number < this.#count; number += 1) {
      const end = this.#starts[number + 1] ?? 0;
      let slot = hashOf(this.#bytes, this.#starts[number] ?? 0, end) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = number + 1;
    }
  }
}

/** FNV-1a, with a last mix so that the low bits depend on all bytes. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}
