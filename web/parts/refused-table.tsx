import { Text } from '@mantine/core';
import type { ComponentProps } from 'react';
import { DataTable } from './data-table.tsx';

export interface RefusedRow {
  readonly row: string | number;
  /** Empty: the whole row is at fault. */
  readonly column: string;
  readonly code: string;
  readonly message: string;
  /** As it was sent. */
  readonly sent: string;
}

type RefusedTableProps = Omit<ComponentProps<typeof DataTable<RefusedRow>>, 'label' | 'columns' | 'keyOf'>;

/** Rows of a feed that were refused, each with its reason and as it was sent. */
export function RefusedTable(props: RefusedTableProps) {
  return (
    <DataTable
      label="Refused rows"
      keyOf={({ row }) => row}
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
      {...props}
    />
  );
}
