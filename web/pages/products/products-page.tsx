/** Products by SKU, with what may be sold of them and how far that has come; and their settings, many at once. */
import { Checkbox, Select, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import type { ResultOf } from '../../api/operation-types.ts';
import { usePages } from '../../api/pages.ts';
import { useLook } from '../../api/queries.ts';
import { DataTable, type Column } from '../../parts/data-table.tsx';
import { FilterBar } from '../../parts/filter-bar.tsx';
import { ProductLink } from '../../parts/links.tsx';
import { Empty, Loaded, Page } from '../../parts/page.tsx';
import { formatUnits, Units } from '../../parts/units.tsx';
import { useFilters } from '../../parts/use-filters.ts';
import { BulkSettings } from './bulk-settings.tsx';

const PAGE_ROWS = 100;
const SEARCH_AFTER_MS = 250;

type Product = ResultOf<'product.list'>['products'][number];

/** How far a quantity has come is known of one shop. */
const COLUMNS_OF_SHOP: readonly Column<Product>[] = [
  {
    header: 'Last file',
    isNumber: true,
    isExtra: true,
    cell: ({ published }) => <Units value={published} none="–" />,
  },
  { header: 'Last push', isNumber: true, cell: ({ lastKnown }) => <Units value={lastKnown} none="–" /> },
];

export function Products() {
  const [{ find, shop }, setFilters] = useFilters(['find', 'shop']);
  const [typed, setTyped] = useState(find ?? '');
  const search = useDebouncedCallback(
    (text: string) => setFilters({ find: text || undefined }),
    SEARCH_AFTER_MS,
  );
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const shops = useLook('shop.list');
  const hasSeveralShops = (shops.data?.length ?? 0) > 1;
  const isOfShop = shop !== undefined || shops.data?.length === 1;
  const filter = { search: find, shopId: shop };
  const look = usePages('product.list', { ...filter, withAtp: true, limit: PAGE_ROWS });
  const shown = look.data?.pages.flatMap(({ products }) => products) ?? [];
  const areAllSelected = shown.length > 0 && shown.every(({ sku }) => selected.has(sku));
  const toggle = (skus: readonly string[], isOn: boolean) =>
    setSelected(
      (before) => new Set(isOn ? [...before, ...skus] : [...before].filter((each) => !skus.includes(each))),
    );
  return (
    <Page
      title="Products"
      about="What may be sold of each product now, what the last file said, and what our last push has left on Shopify."
      actions={<BulkSettings selected={[...selected]} onDone={() => setSelected(new Set())} />}
    >
      <FilterBar>
        <TextInput
          aria-label="SKU"
          placeholder="SKU begins with …"
          leftSection={<IconSearch size={14} aria-hidden />}
          value={typed}
          onChange={({ currentTarget }) => {
            setTyped(currentTarget.value);
            search(currentTarget.value.trim());
          }}
        />
        {hasSeveralShops && (
          <Select
            aria-label="Shop"
            placeholder="In the default channel"
            clearable
            data={shops.data?.map(({ shopId }) => shopId) ?? []}
            value={shop ?? null}
            onChange={(value) => setFilters({ shop: value ?? undefined })}
          />
        )}
        {look.data && (
          <Text size="xs" c="dimmed">
            {formatUnits(look.data.pages[0]?.total ?? 0)} products
          </Text>
        )}
        {hasSeveralShops && !isOfShop && (
          <Text size="xs" c="dimmed">
            Choose a shop to see what Shopify shows
          </Text>
        )}
      </FilterBar>
      <Loaded look={look} lines={12}>
        {({ pages }) => (
          <DataTable
            label="Products"
            rows={pages.flatMap(({ products }) => products)}
            keyOf={({ productId }) => productId}
            empty={
              <Empty title={find ? `No SKU begins with “${find}”` : 'There is no product yet'}>
                {!find && 'Import them by a file of type IMP_PRODUCT, or from a shop: atp product import.'}
              </Empty>
            }
            more={
              look.hasNextPage
                ? { isLoading: look.isFetchingNextPage, onMore: () => void look.fetchNextPage() }
                : undefined
            }
            csv={{ name: 'product.list', input: { ...filter, withAtp: true }, fileName: 'products.csv' }}
            columns={[
              {
                header: (
                  <Checkbox
                    aria-label="Select all that are shown"
                    checked={areAllSelected}
                    indeterminate={!areAllSelected && shown.some(({ sku }) => selected.has(sku))}
                    onChange={({ currentTarget }) =>
                      toggle(
                        shown.map(({ sku }) => sku),
                        currentTarget.checked,
                      )
                    }
                  />
                ),
                width: 36,
                cell: ({ sku }) => (
                  <Checkbox
                    aria-label={`Select ${sku}`}
                    checked={selected.has(sku)}
                    onChange={({ currentTarget }) => toggle([sku], currentTarget.checked)}
                  />
                ),
              },
              { header: 'SKU', cell: ({ sku }) => <ProductLink sku={sku} /> },
              { header: 'Product', isExtra: true, cell: ({ productId }) => productId },
              { header: 'UPC', isExtra: true, cell: ({ upc }) => upc ?? '–' },
              {
                header: 'Online ATP',
                isNumber: true,
                cell: ({ onlineAtp }) => <Units value={onlineAtp} />,
              },
              ...(isOfShop ? COLUMNS_OF_SHOP : []),
              {
                header: 'Safety stock',
                isExtra: true,
                cell: ({ facilities }) =>
                  facilities
                    .filter(({ safetyStock }) => safetyStock > 0)
                    .map(({ facilityId, safetyStock }) => `${facilityId} ${safetyStock}`)
                    .join(', ') || '–',
              },
              {
                header: 'Threshold',
                isExtra: true,
                cell: ({ thresholds }) =>
                  thresholds
                    .map(({ facilityGroupId, threshold }) => `${facilityGroupId} ${threshold}`)
                    .join(', ') || '–',
              },
            ]}
          />
        )}
      </Loaded>
    </Page>
  );
}
