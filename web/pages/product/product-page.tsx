/** One product: why its Online ATP is what it is, what Shopify shows, what was pushed, and its settings. */
import { Select } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { useAll } from '../../api/pages.ts';
import { useLook } from '../../api/queries.ts';
import { FilterBar } from '../../parts/filter-bar.tsx';
import { InstantInput } from '../../parts/instant-input.tsx';
import { Loaded, Page } from '../../parts/page.tsx';
import { useFilters } from '../../parts/use-filters.ts';
import { Explained } from './explained.tsx';
import { FacilityTable } from './facility-table.tsx';
import { Pushes } from './pushes.tsx';
import { ShopValue } from './shop-value.tsx';

export function ProductPage() {
  const { sku } = useParams({ from: '/products/$sku' });
  const [{ channel, shop, at }, setFilters] = useFilters(['channel', 'shop', 'at']);
  const groups = useAll('group.list');
  const shops = useLook('shop.list');
  const product = useLook('product.list', { sku, shopId: shop });
  const explanation = useLook('product.explain', { sku, facilityGroupId: channel, shopId: shop, at });
  const shopId = explanation.data?.shopId ?? null;
  const [found] = product.data?.products ?? [];
  return (
    <Page
      title={sku}
      about={
        found &&
        `Product ${found.productId}${found.upc === null ? '' : `, UPC ${found.upc}`}${found.inventoryItemId === null ? '' : `, inventory item ${found.inventoryItemId}`}`
      }
    >
      <FilterBar>
        <Select
          label="Channel"
          clearable
          placeholder={explanation.data?.explanation.facilityGroupId}
          data={(groups.data ?? []).map(({ facilityGroupId, facilityGroupName }) => ({
            value: facilityGroupId,
            label: facilityGroupName,
          }))}
          value={channel ?? explanation.data?.explanation.facilityGroupId ?? null}
          onChange={(value) => setFilters({ channel: value ?? undefined })}
        />
        <Select
          label="Shop"
          clearable
          placeholder="of the channel"
          data={(shops.data ?? []).map((each) => each.shopId)}
          value={shop ?? shopId}
          onChange={(value) => setFilters({ shop: value ?? undefined })}
        />
        <InstantInput
          label="As of"
          description="Memberships and closings"
          value={at ?? ''}
          onChange={(value) => setFilters({ at: value })}
        />
      </FilterBar>
      <Loaded look={explanation} lines={12}>
        {(explained) => (
          <>
            <Explained
              explained={explained}
              product={found}
              beside={
                explained.shopId && <ShopValue sku={sku} shopId={explained.shopId} explained={explained} />
              }
            />
            <FacilityTable explained={explained} />
          </>
        )}
      </Loaded>
      {shopId && <Pushes sku={sku} shopId={shopId} />}
    </Page>
  );
}
