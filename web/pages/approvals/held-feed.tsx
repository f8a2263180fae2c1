import { Card, Group, Stack, Text, Title } from '@mantine/core';
import { reasonsInWords } from '../../../src/domain/feed-gates.ts';
import type { ResultOf } from '../../api/operation-types.ts';
import { Act } from '../../parts/act.tsx';
import { DoneLink } from '../../parts/tell.tsx';
import { DataTable, type Column } from '../../parts/data-table.tsx';
import { Instant } from '../../parts/instant.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { formatUnits, Move, Units } from '../../parts/units.tsx';
import { PageLink } from '../../parts/page-link.tsx';

type Feed = ResultOf<'import.list'>['imports'][number];
type FeedMove = NonNullable<Feed['effect']>['moves'][number];

const MOVES_SHOWN = 3;

const COLUMNS: readonly Column<FeedMove>[] = [
  {
    header: 'SKU and facility',
    cell: ({ sku, facilityId }) => (
      <>
        {sku}
        <Text size="xs" c="dimmed">
          {facilityId}
        </Text>
      </>
    ),
  },
  { header: 'On hand', isNumber: true, isExtra: true, cell: ({ before }) => <Units value={before} /> },
  { header: 'Would be', isNumber: true, cell: ({ after }) => <Units value={after} /> },
  { header: 'Difference', isNumber: true, cell: ({ before, after }) => <Move value={after - before} /> },
];

/** A feed that gates hold: why, what it would change, and the decision. */
export function HeldFeed({ feed }: { readonly feed: Feed }) {
  const { importId, fileName, source, type, rows, refused, cameAt, reasons, effect } = feed;
  return (
    <Card>
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start">
          <Stack gap={2}>
            <Group gap="xs">
              <StateBadge tone="attention">Held</StateBadge>
              <Title order={3} size="h2" style={{ overflowWrap: 'anywhere' }}>
                {fileName}
              </Title>
            </Group>
            <Text size="sm">
              {sentence(reasonsInWords(reasons))} {type}
              {source !== null && `, of ${source}`}; {formatUnits(rows)} rows, {formatUnits(refused)} refused.
              Came <Instant at={cameAt} />.
            </Text>
          </Stack>
          <Group gap="xs">
            <Act
              name="import.approve"
              label="Approve"
              input={{ importId }}
              ask={['reason']}
              button={{ variant: 'filled' }}
              consequence={`${fileName} is applied as it is.`}
              done={() => <DoneLink href={`/import/${importId}`}>{fileName} is approved</DoneLink>}
            />
            <Act
              name="import.reject"
              label="Reject"
              input={{ importId }}
              ask={['reason']}
              isDangerous
              consequence={`Nothing of ${fileName} is applied: it goes to error/.`}
              done={() => <DoneLink href={`/import/${importId}`}>{fileName} is rejected</DoneLink>}
            />
          </Group>
        </Group>
        {effect && (
          <>
            <Text size="sm">
              {formatUnits(effect.levels)} quantities would change: <Units value={effect.unitsBefore} /> →{' '}
              <Units value={effect.unitsAfter} /> units on hand, {formatUnits(effect.toZero)} to zero.
            </Text>
            <DataTable
              label={`The largest moves of ${fileName}`}
              rows={effect.moves.slice(0, MOVES_SHOWN)}
              columns={COLUMNS}
              keyOf={({ sku, facilityId }) => `${sku} ${facilityId}`}
              empty={null}
            />
          </>
        )}
        <Text size="sm">
          <PageLink to="/import/$importId" params={{ importId: String(importId) }}>
            Look at import {importId}
          </PageLink>
        </Text>
      </Stack>
    </Card>
  );
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
