import { Autocomplete, Card, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, type KeyboardEvent } from 'react';
import { readOperations } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import { DataTable, type Column } from '../../parts/data-table.tsx';
import { FilterBar } from '../../parts/filter-bar.tsx';
import { InstantInput } from '../../parts/instant-input.tsx';
import { Instant } from '../../parts/instant.tsx';
import { Empty, Loaded, Page } from '../../parts/page.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { useFilters } from '../../parts/use-filters.ts';
import type { RecordedAct } from './recorded-act.ts';
import { ActDetails, changesIn, inputInWords } from './act-details.tsx';

const COLUMNS: readonly Column<RecordedAct>[] = [
  { header: 'When', cell: ({ startedAt }) => <Instant at={startedAt} /> },
  { header: 'Who', cell: ({ actor }) => actor },
  { header: 'By', isExtra: true, cell: ({ via }) => via },
  { header: 'What', cell: ({ act }) => <ActName act={act} /> },
  { header: 'Of what', isExtra: true, width: '28%', cell: ({ input }) => inputInWords(input) },
  { header: 'Before → after', isExtra: true, cell: (act) => <Changes act={act} /> },
  { header: 'Outcome', cell: ({ outcome }) => <Outcome outcome={outcome} /> },
];

/** Where it is narrow, it is broken between its noun and its verb. */
function ActName({ act }: Pick<RecordedAct, 'act'>) {
  const [noun, verb] = act.split('.');
  return (
    <code className="act-name">
      {noun}
      {verb !== undefined && (
        <>
          .<wbr />
          {verb}
        </>
      )}
    </code>
  );
}

/** Who did what, when, and what it changed. */
export function AuditLog() {
  const [{ act, by, since }, setFilters] = useFilters(['act', 'by', 'since']);
  const [open, setOpen] = useState<RecordedAct | null>(null);
  const from = instantOf(since);
  const input = {
    ...(act !== undefined && { act }),
    ...(by !== undefined && { by }),
    ...(from !== null && { since: from }),
  };
  const pages = usePages('audit.log', input);
  return (
    <Page
      title="Audit log"
      about="Every act that changed or started something, by command, API or console; the newest first."
    >
      <Card>
        <FilterBar mb="xs">
          <ActFilter value={act} onChange={(value) => setFilters({ act: value })} />
          <Typed label="Who" value={by} onChange={(value) => setFilters({ by: value })} />
          <InstantInput
            label="Since"
            value={since ?? ''}
            onChange={(value) => setFilters({ since: value })}
          />
        </FilterBar>
        <Loaded look={pages} lines={10}>
          {(data) => (
            <DataTable
              label="Acts, the newest first"
              rows={data.pages.flatMap(({ acts }) => acts)}
              columns={COLUMNS}
              keyOf={({ id }) => id}
              onOpen={setOpen}
              more={
                pages.hasNextPage
                  ? { isLoading: pages.isFetchingNextPage, onMore: () => void pages.fetchNextPage() }
                  : undefined
              }
              csv={{ name: 'audit.log', input, fileName: 'audit-log.csv' }}
              empty={
                Object.keys(input).length > 0 ? (
                  <Empty title="Nobody did anything like that">Take a filter away to see more.</Empty>
                ) : (
                  <Empty title="Nobody has done anything yet">
                    What people and programs do is kept here.
                  </Empty>
                )
              }
            />
          )}
        </Loaded>
      </Card>
      {open && <ActDetails act={open} onClose={() => setOpen(null)} />}
    </Page>
  );
}

/** Null: no time is in the address. */
function instantOf(text: string | undefined): string | null {
  const ms = text === undefined ? NaN : Date.parse(text);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

function Outcome({ outcome }: { readonly outcome: string | null }) {
  if (outcome === null)
    return (
      <StateBadge tone="busy" about="It still runs, or whoever did it was stopped.">
        no end
      </StateBadge>
    );
  return outcome === 'DONE' ? (
    <StateBadge tone="good">done</StateBadge>
  ) : (
    <StateBadge tone="bad" about={`It was refused or has failed: ${outcome}`}>
      {outcome}
    </StateBadge>
  );
}

const CHANGES_SHOWN = 2;

function Changes({ act }: { readonly act: RecordedAct }) {
  const changes = changesIn(act);
  if (changes.length === 0) return '–';
  const more = changes.length > CHANGES_SHOWN ? `, and ${changes.length - CHANGES_SHOWN} more` : '';
  return (
    <Text size="sm" lineClamp={2} style={{ overflowWrap: 'anywhere' }}>
      {changes
        .slice(0, CHANGES_SHOWN)
        .map(({ name, before, after }) => `${name}: ${before} → ${after}`)
        .join('; ')}
      {more}
    </Text>
  );
}

interface TextFilterProps {
  readonly value: string | undefined;
  readonly onChange: (value: string | undefined) => void;
}

/** An operation, or all of one noun. */
function ActFilter({ value, onChange }: TextFilterProps) {
  const { data } = useQuery({ queryKey: ['operations'], queryFn: readOperations, staleTime: Infinity });
  const names = [...(data?.values() ?? [])]
    .filter(({ role }) => role !== 'viewer')
    .map(({ name }): string => name);
  const nouns = [...new Set(names.map((name) => name.slice(0, name.indexOf('.'))))];
  const [typed, setTyped] = useState(value ?? '');
  const done = (name: string) => onChange(name.trim() || undefined);
  return (
    <Autocomplete
      label="What"
      placeholder="shop, or shop.set"
      size="xs"
      data={[
        { group: 'All of one noun', items: nouns },
        { group: 'One operation', items: names },
      ]}
      value={typed}
      onChange={setTyped}
      onOptionSubmit={done}
      {...whenTyped(done, typed)}
    />
  );
}

/** A filter counts when a person has done typing: with Enter, or as they leave the field. */
function whenTyped(done: (typed: string) => void, typed: string) {
  return {
    onBlur: () => done(typed),
    onKeyDown: ({ key }: KeyboardEvent) => {
      if (key === 'Enter') done(typed);
    },
  };
}

function Typed({ label, value, onChange }: TextFilterProps & { readonly label: string }) {
  const [typed, setTyped] = useState(value ?? '');
  return (
    <TextInput
      label={label}
      value={typed}
      onChange={({ currentTarget }) => setTyped(currentTarget.value)}
      {...whenTyped((name) => onChange(name.trim() || undefined), typed)}
    />
  );
}
