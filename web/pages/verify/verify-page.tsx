import { Card, Select, Stack, Title } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { useLook } from '../../api/queries.ts';
import { FilterBar } from '../../parts/filter-bar.tsx';
import { Empty, Loaded, Page } from '../../parts/page.tsx';
import { PageLink } from '../../parts/page-link.tsx';
import { useFilters } from '../../parts/use-filters.ts';
import { DifferenceList } from './difference-list.tsx';
import { LastVerification } from './last-verification.tsx';
import { VerifyActs } from './verify-acts.tsx';
import { BegunVerification, VerifyRun, type StartedRun } from './verify-run.tsx';

// Charts are as large as all the rest of the page.
const Trend = lazy(async () => ({ default: (await import('./trend.tsx')).Trend }));

/** What Shopify really shows, compared with Online ATP. */
export function Verify() {
  const shops = useLook('shop.list');
  const [{ shop }, setFilters] = useFilters(['shop', 'cause']);
  const shopId = shop ?? shops.data?.[0]?.shopId;
  const [begun, setBegun] = useState<StartedRun | null>(null);
  return (
    <Page
      title="Verify"
      about="Reads back what Shopify shows, compares it with Online ATP, and names the cause of each difference."
      actions={shopId !== undefined && <VerifyActs shopId={shopId} onBegun={setBegun} />}
    >
      <Loaded look={shops} lines={2}>
        {(all) =>
          shopId === undefined ? (
            <Empty title="There is no shop to verify yet">
              <PageLink to="/settings">Settings</PageLink> connects one.
            </Empty>
          ) : (
            <Stack gap="sm">
              {all.length > 1 && (
                <FilterBar>
                  <Select
                    label="Shop"
                    data={all.map((each) => each.shopId)}
                    value={shopId}
                    allowDeselect={false}
                    onChange={(chosen) => setFilters({ shop: chosen ?? undefined, cause: undefined })}
                  />
                </FilterBar>
              )}
              <VerifyRun shopId={shopId} />
              {begun && <BegunVerification key={begun.runId} run={begun} />}
              <LastVerification shopId={shopId} />
              <Card>
                <Title order={2} mb="xs">
                  Differences
                </Title>
                <DifferenceList key={shopId} shopId={shopId} />
              </Card>
              <Card mih={260}>
                <Title order={2} mb="xs">
                  Differences, day by day
                </Title>
                <Suspense>
                  <Trend shopId={shopId} />
                </Suspense>
              </Card>
            </Stack>
          )
        }
      </Loaded>
    </Page>
  );
}
