import { Text } from '@mantine/core';
import type { ResultOf } from '../api/operation-types.ts';
import { DataTable, type Column } from './data-table.tsx';
import { durationOf, Instant } from './instant.tsx';
import { Empty } from './page.tsx';
import { Units } from './units.tsx';
import type { FileView } from './file-view.ts';

type Window = ResultOf<'lane.file'>['windows'][number];

const COLUMNS: readonly Column<Window>[] = [
  { header: 'Window', isNumber: true, cell: ({ window }) => window + 1 },
  { header: 'Rows', isNumber: true, cell: ({ rows }) => <Units value={rows} /> },
  { header: 'Calls', isNumber: true, isExtra: true, cell: ({ calls }) => <Units value={calls} /> },
  {
    header: 'Taken',
    isNumber: true,
    cell: ({ taken, takenRows }) => (
      <>
        <Units value={taken} />
        <Text component="span" inherit c="dimmed" className="units" visibleFrom="sm">
          {' '}
          (<Units value={takenRows} /> rows)
        </Text>
      </>
    ),
  },
  { header: 'Refused', isNumber: true, cell: ({ refused }) => <Units value={refused} /> },
  { header: 'No answer', isNumber: true, cell: ({ unanswered }) => <Units value={unanswered} /> },
  { header: 'First sent', isExtra: true, cell: ({ firstSentAt }) => <Instant at={firstSentAt} /> },
  {
    header: 'Took',
    isNumber: true,
    isExtra: true,
    cell: ({ firstSentAt, lastAnsweredAt }) =>
      lastAnsweredAt === null ? '–' : durationOf(Date.parse(lastAnsweredAt) - Date.parse(firstSentAt)),
  },
];

/** The calls to Shopify, by the activity that made them. */
export function FileWindows({
  file: { shopId, sequence, windows, rowsPurgedAt },
}: {
  readonly file: FileView;
}) {
  return (
    <DataTable
      label={`Windows of file ${sequence} of ${shopId}`}
      rows={windows}
      columns={COLUMNS}
      keyOf={({ window }) => window}
      empty={
        rowsPurgedAt === null ? (
          <Empty title="No call was made">
            Nothing of it was sent yet, or no row needed a write: Shopify showed what it should already, less
            what is kept back for sales whose orders are not imported.
          </Empty>
        ) : (
          <Empty title="Its calls are not kept any more">
            Clean up has removed them <Instant at={rowsPurgedAt} />.
          </Empty>
        )
      }
    />
  );
}
