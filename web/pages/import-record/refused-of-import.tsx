/** Rows of an import that were refused, as long as they are kept. */
import { Card, Stack, Title } from '@mantine/core';
import { REFUSED_ROWS_KEPT_DAYS } from '../../../src/domain/limits.ts';
import { usePages } from '../../api/pages.ts';
import { Empty, Loaded } from '../../parts/page.tsx';
import { RefusedTable } from '../../parts/refused-table.tsx';

export function RefusedOfImport({ importId }: { readonly importId: number }) {
  const look = usePages('import.refused', { importId });
  return (
    <Card>
      <Stack gap="md">
        <Title order={2}>Refused rows</Title>
        <Loaded look={look} lines={3}>
          {({ pages }) => (
            <RefusedTable
              rows={pages.flatMap(({ refused }) =>
                refused.map(({ rowNumber, values, ...why }) => ({
                  ...why,
                  ...{ row: rowNumber, sent: values.join(', ') },
                })),
              )}
              empty={
                <Empty title="They are not kept">
                  The rows of an import are listed once it is applied, and for {REFUSED_ROWS_KEPT_DAYS} days.
                </Empty>
              }
              more={
                look.hasNextPage
                  ? { isLoading: look.isFetchingNextPage, onMore: () => void look.fetchNextPage() }
                  : undefined
              }
              csv={{
                ...{ name: 'import.refused', input: { importId } },
                fileName: `import-${importId}-refused.csv`,
              }}
            />
          )}
        </Loaded>
      </Stack>
    </Card>
  );
}
