/** A reference page that a script writes from the code; `--check` says whether the page in the repository is up to date. */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

/**
 * Writes the page, or with `--check` compares it: exit code 1 when the page differs from the code.
 *
 * @param path below the project's folder
 * @param source what the page is written from; the message of a failed check names it
 * @param pageOf makes the new page from the present one
 */
export function renewPage(path: string, source: string, pageOf: (present: string) => string): void {
  const url = new URL(`../${path}`, import.meta.url);
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  const present = readFileSync(url, 'utf8');
  const page = pageOf(present);
  if (!values.check) writeFileSync(url, page);
  else if (present !== page) {
    console.error(`${path} differs from ${source}.`);
    process.exitCode = 1;
  }
}
