/** Feeds that were refused, that wait, and that have not come. */
import { expectedName, missingInWords } from '../../domain/expected-feed.ts';
import type { WaitingCode } from '../../domain/feed-arrival.ts';
import { reasonsInWords } from '../../domain/feed-gates.ts';
import { CAUSES_PER_CHECK_MAX, FEED_AWAITED_FOR_MS, UNTAKEN_NAMES_IN_FINDING } from '../../domain/limits.ts';
import { untakenInWords, untakenNameOf } from '../../domain/untaken.ts';
import { counted } from '../../domain/words.ts';
import { listExpectedFeeds } from '../../postgres/feeds/expected-feeds.ts';
import { listImports } from '../../postgres/feeds/feed-imports.ts';
import { listUnfinished } from '../../postgres/feeds/unfinished-imports.ts';
import { summarizeRefusals } from '../../postgres/feeds/refused-feeds.ts';
import { listLostServers } from '../../postgres/feeds/source-servers.ts';
import { listUntaken } from '../../postgres/feeds/untaken-files.ts';
import { findLongWaitingFeeds } from '../../postgres/feeds/waiting-feeds.ts';
import type { Application } from '../application.ts';
import { check, faulty, faultyFor, fine, type Check, type Finding } from './check.ts';

const WHERE_TO_LOOK =
  'error/ on the SFTP server has the feed and its *.errors.csv with the reasons. Let the sender mend it and send it again under its name; or `atp feed dismiss <file> --reason <text>`, when it is not needed.';

export async function checkFeeds(app: Application): Promise<Check[]> {
  return [
    await check('Refused feeds', () => inspectRefusedFeeds(app)),
    await check('Held feeds', () => inspectHeldFeeds(app)),
    await check('Unfinished feeds', () => inspectUnfinishedFeeds(app)),
    await check('Refused rows', () => inspectRefusedRows(app)),
    await check('Waiting feeds', () => inspectWaitingFeeds(app)),
    await check('Untaken files', () => inspectUntaken(app)),
    await check('Expected feeds', () => inspectExpectedFeeds(app)),
    await check('Servers of sources', () => inspectSourceServers(app)),
  ];
}

async function inspectRefusedFeeds(app: Application): Promise<Finding> {
  const found = await summarizeRefusals(await app.database(), 'whole');
  if (found.length === 0) return fine('No feed was refused as a whole.');
  return faultyFor(
    'FEED_REFUSED',
    found.map(({ type, feeds, fileName, message, since }) => ({
      part: typeInWords(type),
      detail: `${counted(feeds, 'feed')} refused as a whole since ${since.toISOString()}, the last is ${fileName}: ${message ?? ''}`,
      hint: WHERE_TO_LOOK,
      since,
    })),
  );
}

async function inspectHeldFeeds(app: Application): Promise<Finding> {
  const held = await listImports(await app.database(), { limit: CAUSES_PER_CHECK_MAX, state: 'held' });
  if (held.length === 0) return fine('No feed is held.');
  return faultyFor(
    'FEED_HELD',
    held.map(({ importId, fileName, source, reasons, cameAt }) => ({
      part: `import ${importId}`,
      detail: `${fileName} of ${source ?? 'this machine'} is held since ${cameAt.toISOString()}: ${reasonsInWords(reasons)}.`,
      hint: `It holds back the feeds behind it in its folder. \`atp import show ${importId}\` tells what it would change; then \`atp import approve ${importId} --reason <text>\`, or \`reject\`.`,
      since: cameAt,
    })),
  );
}

async function inspectUnfinishedFeeds(app: Application): Promise<Finding> {
  const found = await listUnfinished(await app.database());
  if (found.length === 0) return fine('No feed is posted only in part.');
  return faultyFor(
    'FEED_UNFINISHED',
    found
      .slice(0, CAUSES_PER_CHECK_MAX)
      .map(({ importId, fileName, done, pending, cameAt, movedAt, isWorkedOn, isBeingUndone }) => ({
        part: `import ${importId}`,
        detail: `${fileName} came at ${cameAt.toISOString()}; ${done} of ${counted(done + pending, 'row')} ${isBeingUndone ? 'taken back by an undo' : 'posted'}${
          movedAt === null ? '' : `, the last at ${movedAt.toISOString()}`
        }, and ${isWorkedOn ? 'whoever works on its kind of feeds does not get on' : 'nobody works on it'}.`,
        hint: `The next import goes on with it: \`atp job run import --wait\`. If it cannot, \`atp import undo ${importId} --reason <text>\` takes back what is posted, and of order lines \`reject\` refuses what is left. Do not send it again before.`,
        since: cameAt,
      })),
  );
}

async function inspectRefusedRows(app: Application): Promise<Finding> {
  const found = await summarizeRefusals(await app.database(), 'rows');
  if (found.length === 0) return fine('No row of a feed was refused.');
  return faultyFor(
    'FEED_ROWS_REFUSED',
    found.map(({ type, feeds, rows, fileName, since }) => ({
      part: typeInWords(type),
      detail: `${counted(rows, 'row')} of ${counted(feeds, 'feed')} refused since ${since.toISOString()}, the last is ${fileName}.`,
      hint: WHERE_TO_LOOK,
      since,
    })),
  );
}

function typeInWords(type: string | null): string {
  return type ?? 'of no known type';
}

async function inspectWaitingFeeds(app: Application): Promise<Finding> {
  const found = await findLongWaitingFeeds(await app.database(), FEED_AWAITED_FOR_MS);
  if (found === null) return fine('None waits for long.');
  const { count, path, since, waitsFor } = found;
  const { why, hint } = WAITING[waitsFor ?? 'its turn'];
  return faulty(
    `${counted(count, 'feed')} not imported, the first is ${path}, seen since ${since.toISOString()}${why}.`,
    hint,
    { code: 'FEED_NOT_IMPORTED', since },
  );
}

const WAITING = {
  FEED_UNSETTLED: {
    why: ': it is still being sent',
    hint: 'It holds back the feeds behind it in its folder. Ask whoever sends it; take it away if nobody does.',
  },
  FEED_NOT_READABLE: {
    why: ': the SFTP server does not let us read it',
    hint: 'It holds back the feeds behind it in its folder. Give the user of SFTP_URL the right to read it, or take it away.',
  },
  FEED_HELD: {
    why: ': it is held',
    hint: '`atp import list` shows why; `atp import approve <import> --reason <text>`, or `reject`.',
  },
  'its turn': {
    why: '',
    hint: '`atp pipeline` shows why the import does not get to it; `atp job run import --wait` tries it now.',
  },
} as const satisfies Readonly<
  Record<WaitingCode | 'its turn', { readonly why: string; readonly hint: string }>
>;

async function inspectUntaken(app: Application): Promise<Finding> {
  const found = await listUntaken(await app.database());
  const [first] = found;
  if (first === undefined) return fine('Nothing lies in incoming/ that nobody reads.');
  const names = found.map(({ path }) => path).slice(0, UNTAKEN_NAMES_IN_FINDING);
  return faulty(
    `${names.join(', ')}${found.length > names.length ? ` and ${found.length - names.length} more` : ''}: read by nobody, seen since ${first.seenSince.toISOString()}.`,
    `${untakenInWords(untakenNameOf(first.path))} Or take it away: it is in nobody's way.`,
    { code: 'FEED_UNTAKEN', since: first.seenSince },
  );
}

async function inspectExpectedFeeds(app: Application): Promise<Finding> {
  const expected = await listExpectedFeeds(await app.database());
  const late = expected.filter(({ isLate }) => isLate);
  if (late.length === 0) {
    const how =
      'It could have been told: `atp feed expect <type> --every 1d`, or `atp source set <source> --expected-every 1d`.';
    return fine(
      `${counted(expected.length, 'feed')} expected, none late.`,
      expected.length === 0 ? how : null,
    );
  }
  return faultyFor(
    'FEED_MISSING',
    late.map((feed) => ({
      part: expectedName(feed),
      detail: `${missingInWords(feed)}.`,
      hint: `Ask whoever sends it. Where it is to come less often or no more: \`${
        feed.source === null
          ? `atp feed expect ${feed.type ?? ''} --every`
          : `atp source set ${feed.source} --expected-every`
      } <duration|none>\`.`,
      since: feed.dueAt,
    })),
  );
}

async function inspectSourceServers(app: Application): Promise<Finding> {
  const lost = await listLostServers(await app.database());
  if (lost.length === 0) return fine('The last import could use all of them.');
  return faultyFor(
    'SOURCE_SERVER_AWAY',
    lost.map(({ source, message, since }) => ({
      part: source,
      detail: `${message} So its feeds are not imported since ${since.toISOString()}; those of other sources are.`,
      hint: `\`atp source list\` shows what was said of it, \`atp source connect ${source} …\` says it anew: the host key, the place of the password, the folder. The next import tries it again.`,
      since,
    })),
  );
}
