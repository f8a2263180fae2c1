/** A shop over the last days, for whoever would rather look than read. Numbers of a day are its tooltip. */
import { BarChart, LineChart } from '@mantine/charts';
import '@mantine/charts/styles.css';
import { Box, SimpleGrid, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ResultOf } from '../../api/operation-types.ts';
import { useLook } from '../../api/queries.ts';
import { durationOf } from '../../parts/instant.tsx';
import { Loaded } from '../../parts/page.tsx';
import { formatUnits } from '../../parts/units.tsx';

type Day = ResultOf<'shop.history'>['days'][number];

const DAYS = 14;
const HEIGHT = 150;
const COMMON = { h: HEIGHT, gridAxis: 'none', tickLine: 'none', withLegend: false } as const;
const SMALL_AXIS = { width: 36, tick: { fontSize: 10 } };

export function ShopCharts({ shopId }: { readonly shopId: string }) {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const history = useLook('shop.history', { shopId, days: DAYS, timeZone });
  return (
    <Loaded look={history} lines={6}>
      {({ days, setApart }) => <Charts days={days} setApart={setApart} />}
    </Loaded>
  );
}

function Charts({
  days,
  setApart,
}: {
  readonly days: readonly Day[];
  readonly setApart: Readonly<Record<string, number>>;
}) {
  const data = days.map((day) => ({
    ...day,
    label: day.day.slice(8),
    minutes: day.toShopifyMedianMs === null ? null : day.toShopifyMedianMs / 60_000,
  }));
  const causes = Object.entries(setApart).map(([cause, products]) => ({ cause, products }));
  return (
    <SimpleGrid cols={{ base: 1, sm: 2, lg: 4 }} spacing="lg">
      <Chart title="Drift" about={describe(days, ({ different }) => different, 'not verified')}>
        <LineChart
          {...COMMON}
          data={data}
          dataKey="label"
          series={[{ name: 'different', label: 'Different products', color: 'red.6' }]}
          connectNulls={false}
          yAxisProps={{ ...SMALL_AXIS, allowDecimals: false, domain: [0, 'auto'] }}
        />
      </Chart>
      <Chart
        title="Rows on Shopify, a day"
        about={describe(days, ({ applied, unchanged }) => applied + unchanged)}
      >
        <BarChart
          {...COMMON}
          data={data}
          dataKey="label"
          type="stacked"
          series={[
            { name: 'applied', label: 'Applied', color: 'teal.7' },
            { name: 'unchanged', label: 'Unchanged', color: 'gray.5' },
            { name: 'quarantined', label: 'Quarantined', color: 'red.7' },
          ]}
          valueFormatter={formatUnits}
          yAxisProps={{ ...SMALL_AXIS, allowDecimals: false }}
        />
      </Chart>
      <Chart
        title="From change to Shopify, median"
        about={describe(days, ({ toShopifyMedianMs }) => toShopifyMedianMs, 'nothing changed', durationOf)}
      >
        <LineChart
          {...COMMON}
          data={data}
          dataKey="label"
          series={[{ name: 'minutes', label: 'Time', color: 'blue.6' }]}
          valueFormatter={(minutes) => durationOf(minutes * 60_000)}
          connectNulls={false}
          yAxisProps={{ ...SMALL_AXIS, width: 52, domain: [0, 'auto'] }}
        />
      </Chart>
      <Chart
        title="Quarantined now, by cause"
        about={causes.map(({ cause, products }) => `${cause}: ${products}`).join(', ')}
      >
        {causes.length === 0 ? (
          <Text size="sm" c="dimmed" pt={HEIGHT / 2 - 12} ta="center">
            Nothing is quarantined.
          </Text>
        ) : (
          <BarChart
            {...COMMON}
            data={causes}
            dataKey="cause"
            orientation="vertical"
            series={[{ name: 'products', label: 'Products', color: 'orange.6' }]}
            xAxisProps={{ allowDecimals: false }}
            maxBarWidth={24}
            yAxisProps={{ width: 150, tick: { fontSize: 10 } }}
          />
        )}
      </Chart>
    </SimpleGrid>
  );
}

interface ChartProps {
  readonly title: string;
  /** The same in words, for who cannot see it. */
  readonly about: string;
  readonly children: ReactNode;
}

function Chart({ title, about, children }: ChartProps) {
  return (
    <Box component="figure" m={0} miw={0}>
      <Text component="figcaption" size="xs" c="dimmed" mb={4}>
        {title}
      </Text>
      <Box h={HEIGHT} role="img" aria-label={`${title}: ${about}`}>
        {children}
      </Box>
    </Box>
  );
}

function describe(
  days: readonly Day[],
  valueOf: (day: Day) => number | null,
  none = 'none',
  format: (value: number) => string = formatUnits,
): string {
  const told = days.map((day): [string, number | null] => [day.day, valueOf(day)]);
  const last = told.findLast(([, value]) => value !== null);
  const [day, value] = last ?? [];
  return day === undefined || value === null || value === undefined
    ? none
    : `last ${format(value)} on ${day}`;
}
