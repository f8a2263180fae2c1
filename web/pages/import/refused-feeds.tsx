/** Feeds that were refused, as a whole or some of their rows, and that nobody has mended or dismissed. */
import { Card, Stack, Text, Title } from '@mantine/core';
import { REFUSED_FEEDS_LISTED_MAX } from '../../../src/domain/limits.ts';
import type { ResultOf } from '../../api/operation-types.ts';
import { useLook } from '../../api/queries.ts';
import { Act } from '../../parts/act.tsx';
import { Cause } from '../../parts/cause.tsx';
import { DataTable, type Column } from '../../parts/data-table.tsx';
import { Instant } from '../../parts/instant.tsx';
import { Loaded } from '../../parts/page.tsx';
import { formatUnits } from '../../parts/units.tsx';

type RefusedFeed = ResultOf<'feed.list'>['refused'][number];

const COLUMNS: readonly Column<RefusedFeed>[] = [
  {
    header: 'File',
    // What is said of it is long, and would take its place.
    width: '30%',
    cell: ({ fileName, type, source }) => (
      <>
        <Text inherit style={{ overflowWrap: 'anywhere' }}>
          {fileName}
        </Text>
        <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {[type ?? 'of no known type', ...(source === null ? [] : [`of ${source}`])].join(', ')}
        </Text>
      </>
    ),
  },
  { header: 'When', isExtra: true, cell: ({ refusedAt }) => <Instant at={refusedAt} /> },
  { header: 'Why', cell: (feed) => <Why feed={feed} /> },
  {
    header: 'Act',
    width: 100,
    cell: ({ fileName }) => (
      <Act
        name="feed.dismiss"
        label="Dismiss"
        input={{ file: fileName }}
        ask={['reason']}
        consequence={`Nobody is told of ${fileName} any more. Nothing of it is imported by that: what is missing has to be sent again.`}
        done={() => `Nobody is told of ${fileName} any more`}
      />
    ),
  },
];

/** Nothing, while none is open: what has come is below. */
export function RefusedFeeds() {
  const look = useLook('feed.list');
  if (!look.isError && (look.data === undefined || look.data.refused.length === 0)) return null;
  return (
    <Card component="section" aria-labelledby="refused-feeds">
      <Stack gap="sm">
        <Title order={2} id="refused-feeds">
          Refused feeds
        </Title>
        <Loaded look={look} lines={3}>
          {({ refused }) => (
            <>
              <DataTable
                label="Feeds that were refused"
                rows={refused}
                columns={COLUMNS}
                keyOf={({ fileName, source, refusedAt }) => `${fileName} ${source ?? ''} ${refusedAt}`}
                empty={null}
              />
              {refused.length === REFUSED_FEEDS_LISTED_MAX && (
                <Text size="xs" c="dimmed">
                  These are the oldest ones; there may be more.
                </Text>
              )}
            </>
          )}
        </Loaded>
      </Stack>
    </Card>
  );
}

function Why({ feed: { code, message, refusedRows } }: { readonly feed: RefusedFeed }) {
  if (code !== null) return <Cause code={code} message={message ?? ''} />;
  return (
    <Text size="sm">
      {formatUnits(refusedRows ?? 0)} {refusedRows === 1 ? 'row was' : 'rows were'} refused, the others are
      applied. Its import in the history lists them with their reasons.
    </Text>
  );
}
