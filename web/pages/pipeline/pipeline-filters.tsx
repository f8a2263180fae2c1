import { Autocomplete, Select, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useLook } from '../../api/queries.ts';
import { FilterBar } from '../../parts/filter-bar.tsx';
import { useSession } from '../../session/session.tsx';
import { JOBS } from '../../../src/domain/jobs/jobs.ts';

type Filters = Readonly<Partial<Record<'job' | 'shop' | 'by' | 'q', string>>>;

interface PipelineFiltersProps {
  readonly filters: Filters;
  readonly onChange: (change: Partial<Record<keyof Filters, string | undefined>>) => void;
}

/** They are in the address: a link shows another person the same. */
export function PipelineFilters({ filters, onChange }: PipelineFiltersProps) {
  const shops = useLook('shop.list', {}, { lookAgainMs: false });
  const { session } = useSession();
  return (
    <FilterBar>
      <TextInput
        label="Search"
        placeholder="Word, file, run id"
        leftSection={<IconSearch size={14} />}
        value={filters.q ?? ''}
        onChange={({ currentTarget }) => onChange({ q: currentTarget.value || undefined })}
      />
      <Select
        label="Job"
        placeholder="All jobs"
        clearable
        data={Object.values(JOBS).map(({ name, title }) => ({ value: name, label: title }))}
        value={filters.job ?? null}
        onChange={(job) => onChange({ job: job ?? undefined })}
      />
      <Select
        label="Shop"
        placeholder="All shops"
        clearable
        searchable
        data={(shops.data ?? []).map(({ shopId }) => shopId)}
        value={filters.shop ?? null}
        onChange={(shop) => onChange({ shop: shop ?? undefined })}
      />
      <Autocomplete
        label="Started by"
        placeholder="Anybody"
        size="xs"
        clearable
        data={['schedule', 'itself', session.name]}
        value={filters.by ?? ''}
        onChange={(by) => onChange({ by: by || undefined })}
      />
    </FilterBar>
  );
}
