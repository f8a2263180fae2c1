/** All lanes as a person reads them: a line each. */
import { figureInWords } from '../domain/oldest-change.ts';
import type { listLanes } from '../operations/lane.ts';
import type { ResultOf } from '../operations/operation.ts';
import { shortTime } from './report.ts';
import { table } from './table.ts';

export function lanesText(lanes: ResultOf<typeof listLanes>): string {
  return table(
    ['Shop', 'State', 'Since', 'Files', 'Rows', 'Oldest change'],
    lanes.map(
      ({
        shopId,
        state,
        reasonCode,
        head,
        stoppedSince,
        filesWaiting,
        productsWaiting,
        oldestChange,
        nextDelta,
      }) => [
        shopId,
        reasonCode === null ? state : `${state}: ${head === null ? '' : `file ${head}, `}${reasonCode}`,
        shortTime(stoppedSince),
        filesWaiting,
        productsWaiting,
        oldestChange && [figureInWords(oldestChange), ...(nextDelta ? [nextDelta] : [])].join('\n'),
      ],
    ),
    'There are no shops yet; `atp shop add` makes one.',
  );
}
