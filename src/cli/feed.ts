import { durationText } from '../domain/duration.ts';
import { expectedName } from '../domain/expected-feed.ts';
import { counted } from '../domain/words.ts';
import { dismissFeed, expectFeedType, listFeedStates } from '../operations/feed-states.ts';
import type { ResultOf } from '../operations/operation.ts';
import { command } from './command.ts';
import { shortTime } from './report.ts';
import { table } from './table.ts';

export const FEED_COMMANDS = [
  command({ path: 'feed list', operation: listFeedStates, show: statesText }),
  command({ path: 'feed expect', operation: expectFeedType, arguments: ['type'], show: statesText }),
  command({
    path: 'feed dismiss',
    operation: dismissFeed,
    arguments: ['file'],
    show: ({ fileName, dismissed }) =>
      `Nobody is told of ${fileName ?? counted(dismissed, 'refused feed')} any more.`,
  }),
];

function statesText({ expected, refused }: ResultOf<typeof listFeedStates>): string {
  const expectedRows = expected.map(({ everyMs, cameAt, dueAt, isLate, ...feed }) => [
    expectedName(feed),
    durationText(everyMs),
    timeOf(cameAt),
    timeOf(dueAt),
    isLate ? 'late' : 'in time',
  ]);
  const refusedRows = refused.map(({ fileName, source, refusedAt, refusedRows: rows, code, message }) => [
    fileName,
    source,
    timeOf(refusedAt),
    code === null ? `${rows} rows` : `${code}: ${message}`,
  ]);
  return [
    table(['Expected', 'Every', 'Last came', 'Next by', 'State'], expectedRows, 'No feed is expected.'),
    table(['Refused', 'Source', 'When', 'What'], refusedRows, 'No refused feed waits for anybody.'),
  ].join('\n');
}

function timeOf(time: Date | null): string | null {
  return shortTime(time?.toISOString() ?? null);
}
