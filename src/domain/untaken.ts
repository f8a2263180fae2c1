/** What lies in incoming/ and is read by nobody. */
import { isFeedName } from './feed.ts';

/** Endings of spreadsheets, by which people send what a feed should be. */
const SPREADSHEET = /\.(xlsx?|xlsm|ods|numbers)$/i;

/** @param name as a run tells it, on one line */
export function untakenInWords(name: string): string {
  if (isFeedName(name)) {
    return `${name} is no file that can be taken: a folder, a link, or a name with characters that no request can have.`;
  }
  if (SPREADSHEET.test(name)) return `${name} is a spreadsheet: save it as "CSV UTF-8", and send that.`;
  return `${name} is read by nobody: a feed ends with .csv or .csv.gz, and a folder is named after a feed type or said by \`atp source add\`.`;
}
