/**
 * Records of a feed, one after the other. A record that cannot be read is told with its line, and the next line is read
 * again: a quote in the wrong place costs its own record. In memory are one block of the file and its records.
 */
import { FEED_LINE_LENGTH_MAX, FEED_RECORDS_TOGETHER } from '../domain/limits.ts';
import {
  firstLineEnd,
  indexOfOtherLineEnd,
  otherLineEndIn,
  recordsIn,
} from '../domain/recognition/line-ends.ts';
import { scanRecord, type Scanned } from '../domain/recognition/split-line.ts';

export interface FeedRecord {
  /** As a spreadsheet counts: a line break within a value begins no new row. */
  readonly rowNumber: number;
  /** The line of the file in which it begins. */
  readonly line: number;
  readonly values: readonly string[];
  /** The file ends with it, without a line end: it may be cut off. */
  readonly isOpen: boolean;
  /**
   * `stray-quote`: its quotes are not in order, and the values are what stands between separators. `too-long`: it has more than
   * FEED_LINE_LENGTH_MAX characters, and no values.
   */
  readonly fault: 'stray-quote' | 'too-long' | null;
}

type ScannedValues = Scanned & { readonly outcome: 'values' };

export class RecordReader {
  readonly #blocks: AsyncIterator<string>;
  #text = '';
  #at = 0;
  #hasEnded = false;
  /** A carriage return at the end of a block: what comes next decides what it is. */
  #held = '';
  /** How lines of the file end, such as by a carriage return alone in files of old Macs; null: no line has ended yet. */
  #lineEnd: string | null = null;
  /** Whether signs have come that end lines elsewhere. */
  #hasOtherEnds = false;
  #line = 1;
  #rowNumber = 1;

  constructor(blocks: AsyncIterable<string>) {
    this.#blocks = blocks[Symbol.asyncIterator]();
  }

  async close(): Promise<void> {
    await this.#blocks.return?.();
  }

  /** The next line that is not blank, as it is. */
  async nextLine(): Promise<{ readonly line: string } | 'none' | 'too-long'> {
    for (;;) {
      const end = await this.#findLineEnd();
      if (end === null) return 'too-long';
      const line = this.#text.slice(this.#at, end);
      if (line === '' && this.#at >= this.#text.length) return 'none';
      this.#goOn(end);
      if (line.trim() !== '') return { line };
    }
  }

  /**
   * All records from here on, up to FEED_RECORDS_TOGETHER of those together that lie in memory already. A
   * quoted value may have line breaks; but where it would take whole records with it, its first quote is a stray one.
   *
   * @param columnCount how many values a record has
   */
  async *records(separator: string, columnCount: number): AsyncGenerator<readonly FeedRecord[]> {
    let together: FeedRecord[] = [];
    for (;;) {
      const inText = this.#lineEndInText();
      if ((inText === null && together.length > 0) || together.length >= FEED_RECORDS_TOGETHER) {
        yield together;
        together = [];
      }
      const end = inText ?? (await this.#findLineEnd());
      const begun = { rowNumber: this.#rowNumber, line: this.#line };
      if (end === null) {
        await this.#skipLine();
        together.push({ ...begun, values: [], isOpen: false, fault: 'too-long' });
        continue;
      }
      if (end === this.#at && end >= this.#text.length) break;
      const line = this.#text.slice(this.#at, end);
      const several = this.#hasOtherEnds ? recordsIn(line, separator, columnCount) : null;
      if (several !== null) {
        this.#goOn(end);
        for (const [at, values] of several.entries()) {
          const place = { rowNumber: begun.rowNumber + at, line: begun.line + at };
          together.push({ ...place, values, isOpen: false, fault: null });
        }
        this.#rowNumber += several.length - 1;
        this.#line += several.length - 1;
        continue;
      }
      if (!line.includes('"')) {
        const isOpen = end >= this.#text.length;
        this.#goOn(end);
        together.push({ ...begun, values: line.split(separator), isOpen, fault: null });
        continue;
      }
      const scanned = await this.#scan(separator);
      // Filling moves the text: the line is where it was, and its length is what it was.
      const lineEnd = this.#at + line.length;
      if (scanned.outcome === 'values' && !this.#takesRecords(scanned, lineEnd, separator, columnCount)) {
        const isOpen = scanned.end >= this.#text.length;
        this.#goOn(scanned.end);
        together.push({ ...begun, values: scanned.values, isOpen, fault: null });
      } else {
        this.#goOn(lineEnd);
        together.push({ ...begun, values: line.split(separator), isOpen: false, fault: 'stray-quote' });
      }
    }
    if (together.length > 0) yield together;
  }

  async #scan(separator: string): Promise<Scanned> {
    for (;;) {
      const scanned = scanRecord(this.#text, this.#at, separator);
      const isBounded = this.#text.length - this.#at > FEED_LINE_LENGTH_MAX;
      const mayGoOn =
        scanned.outcome === 'open-quote' ||
        (scanned.outcome === 'values' && scanned.end === this.#text.length);
      if (!mayGoOn || isBounded || this.#hasEnded) return scanned;
      await this.#fill();
    }
  }

  /**
   * Whether the record that ends at `end` has taken others with it: it has another number of values than the header, or one of
   * its later lines is a whole record. A line that ends the first value of the record has its quote in front of its first
   * separator; that one is no record.
   */
  #takesRecords(scanned: ScannedValues, lineEnd: number, separator: string, columnCount: number): boolean {
    const { values, end } = scanned;
    if (end <= lineEnd) return false;
    if (end - this.#at > FEED_LINE_LENGTH_MAX || values.length < columnCount) return true;
    if (values.slice(columnCount).some((value) => value.trim() !== '')) return true;
    const laterLines = this.#text.slice(lineEnd + 1, end).split('\n');
    return laterLines.some((line) => {
      const parts = line.split(separator);
      return parts.length === columnCount && !parts[0]?.includes('"');
    });
  }

  /** Where the line ends that begins here; null: it goes on in the next block, or it is too long. */
  #lineEndInText(): number | null {
    const end = this.#text.indexOf('\n', this.#at);
    return end === -1 || end - this.#at > FEED_LINE_LENGTH_MAX ? null : end;
  }

  /** Where the line ends that begins here; null: not within FEED_LINE_LENGTH_MAX characters. */
  async #findLineEnd(): Promise<number | null> {
    for (;;) {
      const end = this.#text.indexOf('\n', this.#at);
      const length = (end === -1 ? this.#text.length : end) - this.#at;
      if (length > FEED_LINE_LENGTH_MAX) return this.#findOtherLineEnd();
      if (end !== -1 || this.#hasEnded) return end === -1 ? this.#text.length : end;
      await this.#fill();
    }
  }

  /** A line may only look so long because others of its file end otherwise. */
  #findOtherLineEnd(): number | null {
    const found = indexOfOtherLineEnd(this.#text.slice(this.#at, this.#at + FEED_LINE_LENGTH_MAX));
    return found === -1 ? null : this.#at + found;
  }

  async #skipLine(): Promise<void> {
    for (;;) {
      const end = this.#text.indexOf('\n', this.#at);
      if (end !== -1 || this.#hasEnded) {
        this.#goOn(end === -1 ? this.#text.length : end);
        return;
      }
      this.#at = this.#text.length;
      await this.#fill();
    }
  }

  /** The last so many lines are one row, as a spreadsheet counts. */
  joinRows(lines: number): void {
    this.#rowNumber -= lines - 1;
  }

  /** Moves behind the line end at `end`. */
  #goOn(end: number): void {
    this.#rowNumber += 1;
    for (
      let at = this.#text.indexOf('\n', this.#at);
      at !== -1 && at <= end;
      at = this.#text.indexOf('\n', at + 1)
    ) {
      this.#line += 1;
    }
    if (end < this.#text.length && this.#text[end] !== '\n') this.#line += 1;
    this.#at = Math.min(end + 1, this.#text.length);
  }

  async #fill(): Promise<void> {
    const next = await this.#blocks.next();
    this.#hasEnded = next.done === true;
    const block = this.#held + (next.done ? '' : next.value);
    this.#held = !this.#hasEnded && block.endsWith('\r') ? '\r' : '';
    const whole = this.#held === '' ? block : block.slice(0, -1);
    this.#text = this.#text.slice(this.#at) + this.#withLineFeeds(whole);
    this.#at = 0;
  }

  /** The first line end says how lines of the file end. */
  #withLineFeeds(text: string): string {
    this.#lineEnd ??= firstLineEnd(text);
    const withoutPairs = text.includes('\r') ? text.replaceAll('\r\n', '\n') : text;
    const isAsUsual = this.#lineEnd === null || this.#lineEnd === '\n';
    const lines = isAsUsual ? withoutPairs : withoutPairs.replaceAll(this.#lineEnd ?? '\n', '\n');
    this.#hasOtherEnds ||= otherLineEndIn(lines) !== null;
    return lines;
  }
}
