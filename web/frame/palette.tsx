/** Ctrl-K: to a page, a shop, a facility, a job, a run, a SKU. What is typed is a SKU to look at, too, whatever else is found. */
import {
  Spotlight,
  spotlight,
  type SpotlightActionData,
  type SpotlightActionGroupData,
} from '@mantine/spotlight';
import '@mantine/spotlight/styles.css';
import { IconSearch } from '@tabler/icons-react';
import { useRouter } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useAll } from '../api/pages.ts';
import { useLook } from '../api/queries.ts';
import { useJobsAndRuns } from './palette-lists.tsx';
import { PLACES } from './places.ts';

const FOUND_MAX = 12;

export function Palette() {
  const router = useRouter();
  const [query, setQuery] = useState('');
  const shops = useLook('shop.list', {}, { lookAgainMs: false });
  const facilities = useAll('facility.list', {}, { lookAgainMs: false });
  useEffect(() => spotlight.open(), []);

  const go = (href: string) => () => void router.navigate({ to: href });
  const jobsAndRuns = useJobsAndRuns(go);
  const groups: SpotlightActionGroupData[] = [
    {
      group: 'Pages',
      actions: PLACES.map(({ path, name, about, icon: Sign }) => ({
        id: path,
        label: name,
        description: about,
        leftSection: <Sign size={16} />,
        onClick: go(path),
      })),
    },
    {
      group: 'Shops',
      actions: (shops.data ?? []).map(({ shopId, domain }) => ({
        id: `shop ${shopId}`,
        label: shopId,
        description: domain,
        onClick: go(`/files/${encodeURIComponent(shopId)}`),
      })),
    },
    {
      group: 'Facilities',
      actions: (facilities.data ?? []).map(({ facilityId, facilityName }) => ({
        id: `facility ${facilityId}`,
        label: facilityName,
        description: facilityId,
        onClick: go(`/facilities/${encodeURIComponent(facilityId)}`),
      })),
    },
  ];
  const typed = query.trim();
  const sku: SpotlightActionData[] =
    typed === ''
      ? []
      : [
          {
            id: 'sku',
            label: `The product ${typed}`,
            description: 'its Online ATP, term by term',
            // Whatever is typed is in it, so it is found.
            keywords: [typed],
            onClick: go(`/products/${encodeURIComponent(typed)}`),
          },
        ];

  return (
    <Spotlight
      actions={[...groups, ...jobsAndRuns, { group: 'Products', actions: sku }]}
      query={query}
      onQueryChange={setQuery}
      shortcut="mod + K"
      limit={FOUND_MAX}
      highlightQuery
      nothingFound="Nothing of this name"
      searchProps={{
        leftSection: <IconSearch size={16} />,
        placeholder: 'SKU begins with …, facility, shop, job, run, page',
        'aria-label': 'Find',
      }}
    />
  );
}
