import { Group, Text, Tooltip } from '@mantine/core';
import { isErrorCode } from '../../../src/domain/failure.ts';
import type { ResultOf } from '../../api/operation-types.ts';
import { usePages } from '../../api/pages.ts';
import { Act } from '../../parts/act.tsx';
import { hintFor } from '../../parts/hint-for.ts';
import { DoneLink } from '../../parts/tell.tsx';
import { DataTable, type Column } from '../../parts/data-table.tsx';
import { Instant } from '../../parts/instant.tsx';
import { Empty, Loaded } from '../../parts/page.tsx';
import { Prose } from '../../parts/prose.tsx';
import { runHref } from '../../parts/run-link.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { Units } from '../../parts/units.tsx';
import { PageLink } from '../../parts/page-link.tsx';

type SetApart = ResultOf<'lane.quarantine'>['products'][number];

const columnsOf = (shopId: string): readonly Column<SetApart>[] => [
  {
    header: 'SKU',
    cell: ({ sku }) => (
      <PageLink to="/products/$sku" params={{ sku }}>
        {sku}
      </PageLink>
    ),
  },
  {
    header: 'State',
    isExtra: true,
    cell: ({ outcome, owed }) =>
      owed ? (
        <StateBadge tone="waiting">comes with the next file</StateBadge>
      ) : outcome === 'QUARANTINED' ? (
        <StateBadge tone="bad">Quarantined</StateBadge>
      ) : (
        <StateBadge tone="waiting">Owed</StateBadge>
      ),
  },
  { header: 'Cause', cell: (row) => <WhyApart shopId={shopId} row={row} /> },
  { header: 'To write', isNumber: true, isExtra: true, cell: ({ target }) => <Units value={target} /> },
  {
    header: 'Shopify showed',
    isNumber: true,
    isExtra: true,
    cell: ({ observed }) => <Units value={observed} />,
  },
  { header: 'Since', isExtra: true, cell: ({ since }) => <Instant at={since} /> },
  {
    header: '',
    cell: ({ sku, owed }) => (
      <Group gap={4} justify="flex-end" miw={70}>
        <Act
          name="lane.release"
          label="Release"
          input={{ shopId, sku }}
          ask={['reason']}
          whyNot={owed ? 'It comes with the next file already' : undefined}
          consequence={`${sku} comes with the next file, as it is then.`}
          done={() => `${sku} comes with the next file`}
          button={{ size: 'compact-xs' }}
        />
        <Act
          name="job.run"
          label="Re-sync"
          input={{ job: 'recent-changes', shopId, skus: [sku] }}
          consequence={`Online ATP of ${sku} is computed anew, and a file with it is made now.`}
          done={({ run }) => <DoneLink href={runHref(run)}>The run that makes the file</DoneLink>}
          button={{ size: 'compact-xs' }}
        />
      </Group>
    ),
  },
];

function WhyApart({
  shopId,
  row: { code, message, sku },
}: {
  readonly shopId: string;
  readonly row: SetApart;
}) {
  const hint = isErrorCode(code) ? hintFor(code, { shopId, sku }) : null;
  const words = (
    <Text size="sm" tabIndex={hint ? 0 : undefined} component="span">
      <Prose text={message} />{' '}
      <Text component="code" size="xs" c="dimmed">
        {code}
      </Text>
    </Text>
  );
  return hint ? <Tooltip label={hint}>{words}</Tooltip> : words;
}

/** Products whose last file was not applied to them, with the cause, and their way back. */
export function LaneQuarantine({ shopId }: { readonly shopId: string }) {
  const pages = usePages('lane.quarantine', { shopId });
  return (
    <Loaded look={pages}>
      {(data) => {
        const rows = data.pages.flatMap(({ products }) => products);
        return (
          <>
            {rows.some(({ owed }) => !owed) && (
              <Group justify="flex-end" mb="xs">
                <Act
                  name="lane.release"
                  label="Release all"
                  input={{ shopId }}
                  ask={['reason']}
                  consequence="Every product below comes with the next file, as it is then. One whose cause is not mended is quarantined again."
                  done={({ decided }) => `${decided.owed ?? 0} products come with the next file`}
                />
              </Group>
            )}
            <DataTable
              label={`Products of ${shopId} that the last file could not bring`}
              rows={rows}
              columns={columnsOf(shopId)}
              keyOf={({ sku }) => sku}
              more={
                pages.hasNextPage
                  ? { isLoading: pages.isFetchingNextPage, onMore: () => void pages.fetchNextPage() }
                  : undefined
              }
              csv={{ name: 'lane.quarantine', input: { shopId }, fileName: `quarantine-${shopId}.csv` }}
              empty={
                <Empty title="Nothing is quarantined">
                  A row that Shopify cannot take is set apart here with its cause; the other rows go on.
                </Empty>
              }
            />
          </>
        );
      }}
    </Loaded>
  );
}
