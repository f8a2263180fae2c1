import { Group, Select } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import {
  UPLOAD_FILE_KINDS,
  type UploadFileKind,
  type UploadFileState,
} from '../../../src/domain/upload-file.ts';
import type { ResultOf } from '../../api/operation-types.ts';
import { usePages } from '../../api/pages.ts';
import { CopyIcon } from '../../parts/copy-text.tsx';
import { DataTable, type Column } from '../../parts/data-table.tsx';
import { Instant } from '../../parts/instant.tsx';
import { FilterBar } from '../../parts/filter-bar.tsx';
import { FILE_KIND_NAMES, FILE_STATE_NAMES, FileBadge } from '../../parts/lane-badges.tsx';
import { Empty, Loaded } from '../../parts/page.tsx';
import { Units } from '../../parts/units.tsx';
import { useFilters } from '../../parts/use-filters.ts';
import { PageLink } from '../../parts/page-link.tsx';

type LaneFile = ResultOf<'lane.files'>['files'][number];

const HASH_SHOWN = 8;

const columnsOf = (shopId: string): readonly Column<LaneFile>[] => [
  {
    header: 'File',
    isNumber: true,
    cell: ({ sequence }) => (
      <PageLink to="/files/$shopId/$sequence" params={{ shopId, sequence: String(sequence) }}>
        {sequence}
      </PageLink>
    ),
  },
  { header: 'Kind', isExtra: true, cell: ({ kind }) => FILE_KIND_NAMES[kind] },
  { header: 'State', cell: ({ status }) => <FileBadge state={status} /> },
  { header: 'Rows', isNumber: true, cell: ({ rows }) => <Units value={rows} /> },
  { header: 'To zero', isNumber: true, isExtra: true, cell: ({ toZero }) => <Units value={toZero} /> },
  { header: 'Applied', isNumber: true, isExtra: true, cell: ({ applied }) => <Units value={applied} /> },
  { header: 'Unchanged', isNumber: true, isExtra: true, cell: ({ skipped }) => <Units value={skipped} /> },
  {
    header: 'Quarantined',
    isNumber: true,
    isExtra: true,
    cell: ({ quarantined }) => <Units value={quarantined} />,
  },
  { header: 'Owed', isNumber: true, isExtra: true, cell: ({ owed }) => <Units value={owed} /> },
  { header: 'Made', isExtra: true, cell: ({ createdAt }) => <Instant at={createdAt} /> },
  { header: 'Done', isExtra: true, cell: ({ closedAt }) => <Instant at={closedAt} /> },
  {
    header: 'SHA-256',
    isWide: true,
    cell: ({ sha256 }) =>
      sha256 === null ? (
        '–'
      ) : (
        <Group gap={2} wrap="nowrap">
          <code>{sha256.slice(0, HASH_SHOWN)}</code>
          <CopyIcon text={sha256} label="Copy the whole hash" />
        </Group>
      ),
  },
];

/** All files of the shop, the newest first. */
export function LaneFiles({ shopId }: { readonly shopId: string }) {
  const [{ state, kind }, setFilters] = useFilters(['state', 'kind']);
  const navigate = useNavigate();
  const input = {
    shopId,
    ...(state !== undefined && { state: state as UploadFileState }),
    ...(kind !== undefined && { kind: kind as UploadFileKind }),
  };
  const pages = usePages('lane.files', input);
  return (
    <>
      <FilterBar mb="xs">
        <Select
          aria-label="Only files in this state"
          placeholder="All states"
          clearable
          data={Object.entries(FILE_STATE_NAMES).map(([value, label]) => ({ value, label }))}
          value={state ?? null}
          onChange={(chosen) => setFilters({ state: chosen ?? undefined })}
        />
        <Select
          aria-label="Only files of this kind"
          placeholder="All kinds"
          clearable
          data={UPLOAD_FILE_KINDS.map((value) => ({ value, label: FILE_KIND_NAMES[value] }))}
          value={kind ?? null}
          onChange={(chosen) => setFilters({ kind: chosen ?? undefined })}
        />
      </FilterBar>
      <Loaded look={pages}>
        {(data) => (
          <DataTable
            label={`Files of ${shopId}`}
            rows={data.pages.flatMap(({ files }) => files)}
            columns={columnsOf(shopId)}
            keyOf={({ sequence }) => sequence}
            onOpen={({ sequence }) =>
              void navigate({
                to: '/files/$shopId/$sequence',
                params: { shopId, sequence: String(sequence) },
              })
            }
            more={
              pages.hasNextPage
                ? { isLoading: pages.isFetchingNextPage, onMore: () => void pages.fetchNextPage() }
                : undefined
            }
            csv={{ name: 'lane.files', input, fileName: `files-${shopId}.csv` }}
            empty={
              state || kind ? (
                <Empty title="No file is like that">Take the filters away to see the others.</Empty>
              ) : (
                <Empty title="No file has been made yet">
                  Hard Sync makes the first one: <PageLink to="/inventory">Inventory</PageLink> runs it.
                </Empty>
              )
            }
          />
        )}
      </Loaded>
    </>
  );
}
