/** A shop over the last days, for whoever would rather look than read. Numbers of a day are its tooltip. */
import { BarChart, LineChart } from '@mantine/charts';
import '@mantine/charts/styles.css';
import { Box, Group, SimpleGrid, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ResultOf } from '../../api/operation-types.ts';
import { useLook } from '../../api/queries.ts';
import { durationOf } from '../../parts/instant.tsx';
import { Loaded } from '../../parts/page.tsx';
import { formatUnits } from '../../parts/units.tsx';
import { axisLabelOf, axisUnitFor } from './axis-unit.ts';

type Day = ResultOf<'shop.history'>['days'][number];

const DAYS = 14;
const HEIGHT = 150;
const TICK = { fontSize: 11, fill: 'currentColor' };
const X_TICK = { ...TICK, transform: 'translate(0, 8)' };
/** The highest figure of an axis is not cut. */
const MARGIN = { top: 8 };
const COMMON = {
  h: HEIGHT,
  gridAxis: 'none',
  tickLine: 'none',
  withLegend: false,
  xAxisProps: { tick: X_TICK, interval: 'equidistantPreserveStart' },
} as const;
const LINE = {
  ...COMMON,
  curveType: 'linear',
  connectNulls: false,
  lineChartProps: { margin: MARGIN },
} as const;
const BARS = { ...COMMON, barChartProps: { margin: MARGIN } } as const;
const ROW_SERIES = [
  { name: 'applied', label: 'Applied', color: 'teal.7' },
  { name: 'unchanged', label: 'Unchanged', color: 'gray.5' },
  { name: 'quarantined', label: 'Quarantined', color: 'red.7' },
] as const;
const SMALL_AXIS = { width: 36, tick: TICK };

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
  const unit = axisUnitFor(Math.max(0, ...days.map(({ toShopifyMedianMs }) => toShopifyMedianMs ?? 0)));
  const data = days.map((day) => ({
    ...day,
    label: day.day.slice(8),
    time: day.toShopifyMedianMs === null ? null : day.toShopifyMedianMs / unit.ms,
  }));
  const causes = Object.entries(setApart).map(([cause, products]) => ({ cause, products }));
  return (
    <SimpleGrid cols={{ base: 1, sm: 2, lg: 4 }} spacing="lg">
      <Chart title="Drift" about={describe(days, ({ different }) => different, 'not verified')}>
        <LineChart
          {...LINE}
          data={data}
          dataKey="label"
          series={[{ name: 'different', label: 'Different products', color: 'blue.6' }]}
          yAxisProps={{ ...SMALL_AXIS, allowDecimals: false, domain: [0, 'auto'] }}
        />
      </Chart>
      <Chart
        title="Rows on Shopify, a day"
        legend={ROW_SERIES}
        about={describe(days, ({ applied, unchanged }) => applied + unchanged)}
      >
        <BarChart
          {...BARS}
          data={data}
          dataKey="label"
          type="stacked"
          series={[...ROW_SERIES]}
          valueFormatter={formatUnits}
          yAxisProps={{ ...SMALL_AXIS, allowDecimals: false }}
        />
      </Chart>
      <Chart
        title="From change to Shopify, median"
        about={describe(days, ({ toShopifyMedianMs }) => toShopifyMedianMs, 'nothing changed', durationOf)}
      >
        <LineChart
          {...LINE}
          data={data}
          dataKey="label"
          series={[{ name: 'time', label: 'Time', color: 'blue.6' }]}
          valueFormatter={(time) => durationOf(time * unit.ms)}
          yAxisProps={{
            ...SMALL_AXIS,
            width: 52,
            domain: [0, 'auto'],
            tickFormatter: (time: number) => axisLabelOf(time, unit),
          }}
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
            {...BARS}
            data={causes}
            dataKey="cause"
            orientation="vertical"
            series={[{ name: 'products', label: 'Products', color: 'orange.6' }]}
            xAxisProps={{ allowDecimals: false, tick: X_TICK, domain: [0, 'dataMax'] }}
            maxBarWidth={24}
            yAxisProps={{ width: 150, tick: TICK }}
          />
        )}
      </Chart>
    </SimpleGrid>
  );
}

interface ChartProps {
  readonly title: string;
  /** What the colours say, where there are several. */
  readonly legend?: readonly (typeof ROW_SERIES)[number][];
  /** The same in words, for who cannot see it. */
  readonly about: string;
  readonly children: ReactNode;
}

function Chart({ title, legend = [], about, children }: ChartProps) {
  return (
    <Box component="figure" m={0} miw={0}>
      <Group
        component="figcaption"
        gap={8}
        mb={4}
        mih={38}
        align="flex-start"
        style={{ rowGap: 0, alignContent: 'flex-start' }}
      >
        <Text size="xs" c="dimmed">
          {title}
        </Text>
        {legend.map(({ name, label, color }) => (
          <Group key={name} gap={4} wrap="nowrap">
            <Box w={8} h={8} bg={color} style={{ borderRadius: 2 }} aria-hidden />
            <Text size="xs" c="dimmed">
              {label.toLowerCase()}
            </Text>
          </Group>
        ))}
      </Group>
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
