import '@mantine/charts/styles.css';
import { LineChart } from '@mantine/charts';
import { useLook } from '../../api/queries.ts';
import { Empty, Loaded } from '../../parts/page.tsx';

const DAYS = 14;

/** The last verification of each day: how many products differed. A day without one has no point, and is never 0. */
export function Trend({ shopId }: { readonly shopId: string }) {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const history = useLook('shop.history', { shopId, days: DAYS, timeZone });
  return (
    <Loaded look={history}>
      {({ days }) => {
        const verified = days.filter(({ different }) => different !== null);
        if (verified.length === 0)
          return (
            <Empty title="No day was verified yet">
              Each day’s last verification of everything becomes a point here.
            </Empty>
          );
        const words = verified.map(({ day, different, checked }) => `${day}: ${different} of ${checked}`);
        return (
          <figure
            style={{ margin: 0 }}
            aria-label={`Products that differed, day by day: ${words.join('; ')}`}
          >
            <LineChart
              h={200}
              data={days.map(({ day, different }) => ({ day: shortDay(day), Different: different }))}
              dataKey="day"
              series={[{ name: 'Different', color: 'blue.6' }]}
              curveType="linear"
              connectNulls={false}
              withDots
              yAxisProps={{ allowDecimals: false, width: 44 }}
              lineChartProps={{ accessibilityLayer: false, margin: { top: 8 } }}
              aria-hidden
            />
          </figure>
        );
      }}
    </Loaded>
  );
}

function shortDay(day: string): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(
    new Date(`${day}T00:00:00Z`),
  );
}
