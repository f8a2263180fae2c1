/** Every table of the console: the server pages and sorts, the page shows only the rows that are in view. */
import { Box, Button, Group, ScrollArea, Table, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { use, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { readCsv } from '../api/client.ts';
import type { OperationName } from '../api/operation-types.ts';
import { problemOf, type ProblemFacts } from '../api/problem.ts';
import { Lines, OutdatedContext } from './page.tsx';
import { ProblemBox } from './problem-box.tsx';

export interface Column<Row> {
  readonly header: ReactNode;
  readonly cell: (row: Row) => ReactNode;
  /** Numbers stand right. */
  readonly isNumber?: boolean;
  readonly width?: number | string;
  /** Not on a narrow screen: what a person can find on the row's own page. */
  readonly isExtra?: boolean;
  /** Only on a wide screen. */
  readonly isWide?: boolean;
}

interface DataTableProps<Row> {
  /** What the table lists, for who cannot see it. */
  readonly label: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly keyOf: (row: Row) => string | number;
  readonly empty: ReactNode;
  readonly onOpen?: (row: Row) => void;
  /** There are more rows; absent: these are all. */
  readonly more?: { readonly isLoading: boolean; readonly onMore: () => void } | undefined;
  /** How all rows are saved as CSV, by the same operation that lists them. */
  readonly csv?:
    { readonly name: OperationName; readonly input: object; readonly fileName: string } | undefined;
}

const ROW_HEIGHT = 33;
/** More than that are drawn only while they are in view. */
const PLAIN_ROWS_MAX = 100;
const VIEW_HEIGHT = 640;

export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, rows, columns, keyOf, empty, onOpen, more, csv } = props;
  const view = useRef<HTMLDivElement>(null);
  const isLong = rows.length > PLAIN_ROWS_MAX;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => view.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    enabled: isLong,
  });
  const isOutdated = use(OutdatedContext);
  if (rows.length === 0) {
    // What was found before was empty; what is looked for now is not known yet.
    if (isOutdated) return <Lines lines={3} />;
    return (
      <>
        {empty}
        {more && <MoreButton {...more} />}
      </>
    );
  }
  const shown = isLong
    ? virtual.getVirtualItems().map(({ index }) => index)
    : rows.map((_row, index) => index);
  const before = isLong ? (virtual.getVirtualItems()[0]?.start ?? 0) : 0;
  const after = isLong ? virtual.getTotalSize() - (virtual.getVirtualItems().at(-1)?.end ?? 0) : 0;
  const open = (row: Row) =>
    onOpen && {
      tabIndex: 0,
      style: { cursor: 'pointer' },
      onClick: () => onOpen(row),
      onKeyDown: ({ key, target, currentTarget }: KeyboardEvent) => {
        if (key === 'Enter' && target === currentTarget) onOpen(row);
      },
    };

  return (
    <Box>
      <ScrollArea.Autosize
        mah={isLong ? VIEW_HEIGHT : undefined}
        viewportRef={view}
        type="auto"
        // The bar stands beside the last column, never on its figures.
        {...(isLong && { offsetScrollbars: 'y' as const })}
        viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': label }}
      >
        <Table stickyHeader={isLong} highlightOnHover={onOpen !== undefined} aria-rowcount={rows.length + 1}>
          <Table.Thead>
            <Table.Tr>
              {columns.map(({ header, isNumber, width, ...column }, at) => (
                <Table.Th
                  key={at}
                  scope="col"
                  w={width}
                  data-align={isNumber ? 'right' : undefined}
                  visibleFrom={visibleFrom(column)}
                >
                  {header}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {before > 0 && <Spacer height={before} />}
            {shown.map((index) => {
              const row = rows[index];
              return (
                row !== undefined && (
                  <Table.Tr
                    key={keyOf(row)}
                    {...open(row)}
                    aria-rowindex={index + 2}
                    // Rows of several lines are as high as they are: a page down leaves none out.
                    {...(isLong && { ref: virtual.measureElement, 'data-index': index })}
                  >
                    {columns.map(({ cell, isNumber, ...column }, at) => (
                      <Table.Td
                        key={at}
                        data-align={isNumber ? 'right' : undefined}
                        visibleFrom={visibleFrom(column)}
                      >
                        {cell(row)}
                      </Table.Td>
                    ))}
                  </Table.Tr>
                )
              );
            })}
            {after > 0 && <Spacer height={after} />}
          </Table.Tbody>
        </Table>
      </ScrollArea.Autosize>
      {(more || csv) && (
        <Group justify="space-between" mt="xs">
          <Text size="xs" c="dimmed">
            {more ? `${rows.length} shown, there are more` : `${rows.length} shown, all of them`}
          </Text>
          <Group gap="xs">
            {more && <MoreButton {...more} />}
            {csv && <SaveCsv {...csv} />}
          </Group>
        </Group>
      )}
    </Box>
  );
}

function visibleFrom<Row>({ isWide, isExtra }: Pick<Column<Row>, 'isWide' | 'isExtra'>) {
  return isWide ? 'xl' : isExtra ? 'sm' : undefined;
}

function MoreButton({ isLoading, onMore }: NonNullable<DataTableProps<unknown>['more']>) {
  return (
    <Button variant="default" loading={isLoading} onClick={onMore}>
      Show more
    </Button>
  );
}

function Spacer({ height }: { readonly height: number }) {
  return (
    <tr aria-hidden>
      <td style={{ height, padding: 0 }} />
    </tr>
  );
}

/** Saves all rows of a list: as the operation answers them, page by page. */
export function SaveCsv({ name, input, fileName }: NonNullable<DataTableProps<unknown>['csv']>) {
  const [problem, setProblem] = useState<ProblemFacts | null>(null);
  const [isSaving, setSaving] = useState(false);
  const save = () => {
    setSaving(true);
    setProblem(null);
    readCsv(name, input)
      .then((content) => saveAs(content, fileName))
      .catch((error: unknown) => setProblem(problemOf(error)))
      .finally(() => setSaving(false));
  };
  return (
    <>
      <Button variant="default" leftSection={<IconDownload size={14} />} loading={isSaving} onClick={save}>
        CSV
      </Button>
      {problem && <ProblemBox problem={problem} />}
    </>
  );
}

/** The browser saves it under the name. */
export function saveAs(content: Blob, fileName: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  // The browser has begun to read it by the next turn.
  setTimeout(() => URL.revokeObjectURL(url), 0);
}
