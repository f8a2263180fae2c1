/** Feeds that were refused, that wait, and that have not come. */
import { durationText } from '../../domain/duration.ts';
import { FEED_AWAITED_FOR_MS, FEED_LATENESS_SHARE } from '../../domain/limits.ts';
import { counted } from '../../domain/words.ts';
import { listExpectedFeeds } from '../../postgres/feeds/expected-feeds.ts';
import { summarizeRefusals } from '../../postgres/feeds/refused-feeds.ts';
import { findLongWaitingFeeds } from '../../postgres/feeds/waiting-feeds.ts';
import type { Application } from '../application.ts';
import { check, faulty, fine, type Check, type Finding } from './check.ts';

const WHERE_TO_LOOK =
  'error/ on the SFTP server has the feed and its *.errors.csv with the reasons. Let the sender mend and send it again; or `atp feed dismiss <file> --reason <text>`, when it is not needed.';

export async function checkFeeds(app: Application): Promise<Check[]> {
  return [
    await check('Refused feeds', () => inspectRefusedFeeds(app)),
    await check('Refused rows', () => inspectRefusedRows(app)),
    await check('Waiting feeds', () => inspectWaitingFeeds(app)),
    await check('Expected feeds', () => inspectExpectedFeeds(app)),
  ];
}

async function inspectRefusedFeeds(app: Application): Promise<Finding> {
  const found = await summarizeRefusals(await app.database(), 'whole');
  if (found === null) return fine('No feed was refused as a whole.');
  const { feeds, fileName, message, since } = found;
  return faulty(
    `${counted(feeds, 'feed')} refused as a whole since ${since.toISOString()}, the last is ${fileName}: ${message ?? ''}`,
    WHERE_TO_LOOK,
    { code: 'FEED_REFUSED', since },
  );
}

async function inspectRefusedRows(app: Application): Promise<Finding> {
  const found = await summarizeRefusals(await app.database(), 'rows');
  if (found === null) return fine('No row of a feed was refused.');
  const { feeds, rows, fileName, since } = found;
  return faulty(
    `${counted(rows, 'row')} of ${counted(feeds, 'feed')} refused since ${since.toISOString()}, the last is ${fileName}.`,
    WHERE_TO_LOOK,
    { code: 'FEED_ROWS_REFUSED', since },
  );
}

async function inspectWaitingFeeds(app: Application): Promise<Finding> {
  const found = await findLongWaitingFeeds(await app.database(), FEED_AWAITED_FOR_MS);
  if (found === null) return fine('None waits for long.');
  const { count, path, since } = found;
  return faulty(
    `${counted(count, 'feed')} in incoming/ and not imported, the first is ${path}, seen since ${since.toISOString()}.`,
    '`atp pipeline` shows why the import does not get to it; `atp job run import --wait` tries it now.',
    { code: 'FEED_NOT_IMPORTED', since },
  );
}

async function inspectExpectedFeeds(app: Application): Promise<Finding> {
  const expected = await listExpectedFeeds(await app.database(), FEED_LATENESS_SHARE);
  const late = expected.filter(({ isLate }) => isLate);
  const [first] = late;
  if (!first) {
    const how = 'It could have been told: `atp feed expect <type> --every 1d`.';
    return fine(
      `${counted(expected.length, 'type')} expected, none late.`,
      expected.length === 0 ? how : null,
    );
  }
  const words = late.map(
    ({ type, everyMs, cameAt }) =>
      `${type} is expected each ${durationText(everyMs)}, ${cameAt === null ? 'and none has come yet' : `the last came at ${cameAt.toISOString()}`}`,
  );
  return faulty(
    `${words.join('; ')}.`,
    `Ask whoever sends it. Where it is to come less often or no more: \`atp feed expect ${first.type} --every <duration|none>\`.`,
    { code: 'FEED_MISSING', since: new Date(Math.min(...late.map(({ dueAt }) => dueAt.getTime()))) },
  );
}
