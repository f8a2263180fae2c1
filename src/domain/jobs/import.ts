import type { WaitingCode } from '../feed-arrival.ts';
import type { ImportWarning } from '../import-warning.ts';
import { id, optional } from '../input-fields.ts';
import { FEEDS_IN_RESULT_MAX } from '../limits.ts';
import { isServerFault, serverFaultInWords, type ServerFault } from '../source-server.ts';
import { counted } from '../words.ts';
import { defineJob } from './job.ts';
import { worstOf, type Outcome } from './outcome.ts';

export interface ImportedFile {
  readonly fileName: string;
  readonly rows: number;
  readonly applied: number;
  readonly failed: number;
  /** What is to be told of rows that were applied; absent: nothing. */
  readonly warnings?: readonly ImportWarning[];
  /** It had grown since it was filed, and what has come behind was taken. */
  readonly hasGrown?: true;
  /** It was imported after this feed, as their names say, though by its time it is the older file. */
  readonly olderThan?: string;
  /** Why nothing of the file could be applied. */
  readonly error?: { readonly code: string; readonly message: string };
  /** Why it was not moved to archive/ or error/, although it is done with. A later run moves it. */
  readonly notPutAway?: { readonly code: string; readonly message: string };
}

/** What a chain of runs has imported. */
export interface ImportedSoFar {
  /** At most FEEDS_IN_RESULT_MAX: those of which there is something to tell, then the last ones. */
  readonly files: readonly ImportedFile[];
  /** Counts of all others; absent: there are none. */
  readonly others?: ImportCountsOfMany;
}

export interface ImportCountsOfMany {
  readonly feeds: number;
  readonly rows: number;
  readonly applied: number;
  readonly failed: number;
  /** What the worst of them came to. */
  readonly outcome: Outcome;
}

/** A feed that keeps itself, and those behind it in its folder, waiting. */
export interface WaitingFile {
  readonly fileName: string;
  readonly code: WaitingCode;
  /** ISO 8601. */
  readonly since: string;
  /** It waits for so long that a person should look at it. */
  readonly isLong: boolean;
  readonly behind: number;
}

export interface ImportResult extends ImportedSoFar {
  /** Absent: none. */
  readonly waiting?: readonly WaitingFile[];
  /**
   * Names in incoming/ that nobody takes: of other endings, of folders that are no source, and those of feeds that are folders,
   * links, or names that nobody can ask for; the first ones. Absent: none.
   */
  readonly untaken?: readonly string[];
  /** Servers of sources that could not be used; absent: none. */
  readonly lost?: readonly ServerFault[];
  /** Expected feeds that have not come, in words; the first ones. Absent: none. */
  readonly missing?: readonly string[];
  /** Feeds of earlier runs that still could not be moved to archive/ or error/; absent: none. */
  readonly stillNotPutAway?: readonly string[];
}

/** Adds what a run has imported; the result stays bounded. */
export function addImported(
  earlier: ImportedSoFar | undefined,
  files: readonly ImportedFile[],
): ImportedSoFar {
  const all = [...(earlier?.files ?? []), ...files];
  const telling = all.filter(hasSomethingToTell).slice(-FEEDS_IN_RESULT_MAX);
  const kept = new Set(
    [...all.filter((file) => !telling.includes(file)), ...telling].slice(-FEEDS_IN_RESULT_MAX),
  );
  const dropped = all.filter((file) => !kept.has(file));
  const others = dropped.reduce((sum: ImportCountsOfMany | undefined, file) => {
    const { feeds = 0, rows = 0, applied = 0, failed = 0, outcome = 'NOTHING_TO_DO' } = sum ?? {};
    return {
      feeds: feeds + 1,
      rows: rows + file.rows,
      applied: applied + file.applied,
      failed: failed + file.failed,
      outcome: worstOf([outcome, outcomeOfFile(file)]),
    };
  }, earlier?.others);
  return { files: all.filter((file) => kept.has(file)), ...(others && { others }) };
}

function hasSomethingToTell(file: ImportedFile): boolean {
  return (
    file.error !== undefined ||
    file.failed > 0 ||
    file.notPutAway !== undefined ||
    file.hasGrown === true ||
    file.olderThan !== undefined
  );
}

/** What a person has decided, or a later feed, is done. */
const DECIDED: readonly string[] = ['FEED_REJECTED', 'FEED_REPLACED'];

function outcomeOfFile({ error, failed }: ImportedFile): Outcome {
  // It is still being sent, and the next run takes it.
  if (error?.code === 'FEED_UNSETTLED') return 'NOTHING_TO_DO';
  if (error?.code === 'FEED_HELD') return 'HELD';
  if (error && DECIDED.includes(error.code)) return 'DONE';
  // The others go on, and so does it once its server is there.
  if (error && isServerFault(error.code)) return 'NEEDS_ATTENTION';
  if (error) return 'FAILED';
  return failed > 0 ? 'NEEDS_ATTENTION' : 'DONE';
}

export function waitingInWords({ fileName, code, since, behind }: WaitingFile): string {
  const why = {
    FEED_UNSETTLED: 'is still being sent',
    FEED_NOT_READABLE: 'cannot be read',
    FEED_HELD: 'is held until a person decides',
  }[code];
  const kept = behind > 0 ? `, and holds back ${counted(behind, 'feed')}` : '';
  return `${fileName} ${why}, since ${since}${kept}`;
}

function unreadInWords(untaken: readonly string[]): readonly string[] {
  const [first, ...others] = untaken;
  if (first === undefined) return [];
  return [`nobody reads ${first}${others.length > 0 ? ` and ${others.length} more` : ''} in incoming/`];
}

function lostInWords(lost: readonly ServerFault[]): readonly string[] {
  return lost.slice(0, FAULTS_TOLD_MAX).map(serverFaultInWords);
}

/** Feeds that could not be imported at all, as the one line of a run names them. */
const FAULTS_TOLD_MAX = 3;

function isLeftBehind({ files, stillNotPutAway = [] }: ImportResult): boolean {
  return stillNotPutAway.length > 0 || files.some(({ notPutAway }) => notPutAway);
}

export const IMPORT = defineJob({
  name: 'import',
  title: 'Import inventory',
  description: 'Imports the feed files that lie on SFTP.',
  workflowType: 'importInventory',
  fields: { source: optional(id('only the folder of this name below incoming/', 'folder')) },
  schedule: {
    recommended: '15m',
    usualTime: { hour: 0, minute: 0 },
    overlap: 'SKIP',
    catchupWindow: '15 minutes',
    why: 'A dropped run loses nothing: the next one takes its feed files.',
  },
  inWords: (result: ImportResult) => {
    const { files, others, waiting = [], untaken = [], missing = [], lost = [] } = result;
    const left = isLeftBehind(result) ? '; some could not be moved to archive/ or error/' : '';
    const waits = [
      ...waiting.map(waitingInWords),
      ...unreadInWords(untaken),
      ...lostInWords(lost),
      ...missing,
    ]
      .map((words) => `; ${words}`)
      .join('');
    const faults = files.flatMap(({ fileName, error }) => (error ? [`; ${fileName}: ${error.code}`] : []));
    const refused = `${faults.slice(0, FAULTS_TOLD_MAX).join('')}${faults.length > FAULTS_TOLD_MAX ? '; …' : ''}`;
    const feeds = files.length + (others?.feeds ?? 0);
    if (feeds === 0)
      return `${waiting.length > 0 ? 'no feed was complete' : 'no feed was waiting'}${waits}${left}`;
    const failed = files.reduce((sum, file) => sum + file.failed, others?.failed ?? 0);
    const applied = files.reduce((sum, file) => sum + file.applied, others?.applied ?? 0);
    const told = files.flatMap(({ warnings = [] }) => warnings).reduce((sum, { rows }) => sum + rows, 0);
    const grown = files.filter(({ hasGrown, error }) => hasGrown === true && !error).length;
    const again = grown > 0 ? `; ${counted(grown, 'feed')} had grown since filed, taken again` : '';
    const older = files.filter(({ olderThan }) => olderThan !== undefined).length;
    const disordered =
      older > 0 ? `; names and times disagree about the order of ${counted(older, 'feed')}` : '';
    const warned = told > 0 ? `; of ${counted(told, 'row')} not everything is known` : '';
    return `${counted(feeds, 'feed')}, ${counted(applied, 'row')} applied, ${failed} refused${refused}${again}${warned}${disordered}${waits}${left}`;
  },
  outcomeOf: (result) => {
    const outcomes = result.files.map(outcomeOfFile);
    if (result.others) outcomes.push(result.others.outcome);
    if (result.waiting?.some(({ code }) => code === 'FEED_HELD')) outcomes.push('HELD');
    // What nobody reads is in nobody's way: it is told once (FEED_UNTAKEN), and not by each run until somebody takes it away.
    if (result.waiting?.some(({ isLong }) => isLong) || result.missing || result.lost)
      outcomes.push('NEEDS_ATTENTION');
    return worstOf([...outcomes, ...(isLeftBehind(result) ? (['NEEDS_ATTENTION'] as const) : [])]);
  },
});
