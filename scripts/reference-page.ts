/** A reference page that is written from the code: `--check` says whether the page in the repository is the one. */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

/**
 * Writes the page, or with `--check` compares it: exit code 1 when it is not what the code says.
 *
 * @param path below the project's folder
 * @param source what the page is written from, for the sentence of a failed check
 * @param pageOf the new page, from the one that is there
 */
export function renewPage(path: string, source: string, pageOf: (present: string) => string): void {
  const url = new URL(`../${path}`, import.meta.url);
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  const present = readFileSync(url, 'utf8');
  const page = pageOf(present);
  if (!values.check) writeFileSync(url, page);
  else if (present !== page) {
    console.error(`${path} is not what ${source} says.`);
    process.exitCode = 1;
  }
}
