/** The rows that would not be imported, each with its reason and as it was sent. */
import { Button, Group, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { SEPARATORS } from '../../../src/domain/feed-source.ts';
import { saveAs } from '../../parts/data-table.tsx';
import { Loaded } from '../../parts/page.tsx';
import { RefusedTable, type RefusedRow } from '../../parts/refused-table.tsx';

interface RefusedRowsProps {
  /** CSV, separated as the source says: row, column, code, message, and then the columns of the file. */
  readonly csv: string;
  readonly fileName: string;
  /** Those of the whole file: `csv` may have only the first ones. */
  readonly count: number;
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
          <RefusedTable rows={rows} empty={null} />
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
