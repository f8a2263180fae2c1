/** What lies in incoming/ and is read by nobody. */
import { isFeedName, isNameInUse } from './feed.ts';
import { FEED_NAME_IN_USE_FOR_MS } from './limits.ts';

/** Endings of spreadsheets, by which people send what a feed should be. */
const SPREADSHEET = /\.(xlsx?|xlsm|ods|numbers)$/i;

/**
 * Whether a feed lies under the name of one that is still being sent, and has done so for long: its sender has stopped in the middle, or
 * calls all its files so. Other hidden files are nobody's feeds.
 */
export function isForgotten({ name, modifiedAt }: { name: string; modifiedAt: Date }, now: Date): boolean {
  const isOld = now.getTime() - modifiedAt.getTime() > FEED_NAME_IN_USE_FOR_MS;
  return isOld && isNameInUse(name) && /\.csv\b/i.test(name);
}

/** How a folder is told that the server does not let us list: what may lie in it, nobody knows. */
export function asUnlisted(folder: string): string {
  return `${folder}/`;
}

/** The name in a path that nobody takes: of a folder that we may not list, with its slash. */
export function untakenNameOf(path: string): string {
  return path.slice(path.replace(/\/$/, '').lastIndexOf('/') + 1);
}

/** @param name as a run tells it, on one line */
export function untakenInWords(name: string): string {
  if (name.endsWith('/')) {
    return `${name} is a folder that the server does not let us list: give our user the right to read it, or nothing in it is imported.`;
  }
  if (isFeedName(name)) {
    return `${name} is no file that can be taken: a folder, a link, or a name with characters that no request can have.`;
  }
  if (isNameInUse(name)) {
    return `${name} has the name of a file that is still being sent, and nobody has written on for a day: its sender gives it the name of a feed when it is whole.`;
  }
  if (SPREADSHEET.test(name)) return `${name} is a spreadsheet: save it as "CSV UTF-8", and send that.`;
  return `${name} is read by nobody: a feed ends with .csv or .csv.gz, and a folder is named after a feed type or said by \`atp source add\`.`;
}
