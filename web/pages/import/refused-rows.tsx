/** The rows that would not be imported, each with its reason and as it was sent. */
import { Button, Group, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { SEPARATORS } from '../../../src/domain/feed-source.ts';
import { DataTable, saveAs } from '../../parts/data-table.tsx';
import { Loaded } from '../../parts/page.tsx';

interface RefusedRowsProps {
  /** CSV, separated as the source says: row, column, code, message, and then the columns of the file. */
  readonly csv: string;
  readonly fileName: string;
  /** Those of the whole file: `csv` may have only the first ones. */
  readonly count: number;
}

interface RefusedRow {
  readonly row: string;
  readonly column: string;
  readonly code: string;
  readonly message: string;
  /** As it was sent. */
  readonly sent: string;
}

/** As the error file begins that the server writes: so it may be sent again whatever the encoding of its source is. */
const BYTE_ORDER_MARK = '\uFEFF';

export function RefusedRows({ csv, fileName, count }: RefusedRowsProps) {
  const look = useQuery({
    queryKey: ['refused rows', csv],
    queryFn: () => readRows(csv),
    refetchInterval: false,
  });
  return (
    <Loaded look={look} lines={3}>
      {(rows) => (
        <>
          <DataTable
            label="Refused rows"
            rows={rows}
            keyOf={({ row }) => row}
            empty={null}
            columns={[
              { header: 'Row', isNumber: true, width: 60, cell: ({ row }) => row },
              {
                header: 'What is wrong',
                cell: ({ message, column, code }) => (
                  <>
                    <Text inherit>{message}</Text>
                    <Text size="xs" c="dimmed">
                      {column === '' ? code : `${code} · column ${column}`}
                    </Text>
                  </>
                ),
              },
              {
                header: 'As it was sent',
                isExtra: true,
                cell: ({ sent }) => (
                  <Text size="xs" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
                    {sent}
                  </Text>
                ),
              },
            ]}
          />
          <Group justify="space-between">
            <Text size="xs" c="dimmed">
              {rows.length < count ? `The first ${rows.length} of ${count} refused rows` : `${count} refused`}
            </Text>
            <Button
              variant="default"
              leftSection={<IconDownload size={14} />}
              onClick={() => saveAs(new Blob([BYTE_ORDER_MARK, csv], { type: 'text/csv' }), fileName)}
            >
              Error file
            </Button>
          </Group>
        </>
      )}
    </Loaded>
  );
}

async function readRows(csv: string): Promise<readonly RefusedRow[]> {
  // Only who has refused rows needs it. Every value is quoted, so whatever the source says that separates them is found.
  const { parse } = await import('csv-parse/browser/esm/sync');
  const [, ...lines] = parse(csv, { relax_column_count: true, delimiter: Object.values(SEPARATORS) });
  return lines.map(([row = '', column = '', code = '', message = '', ...sent]) => ({
    ...{ row, column, code, message },
    sent: sent.join(', '),
  }));
}
