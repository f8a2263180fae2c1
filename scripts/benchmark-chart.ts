/** The chart of docs/benchmarks.md: how many times its target each figure is. */
/** A figure of a benchmark; `target` and `measured` null: there is none, or none yet. */
export interface Figure {
  readonly bench: string;
  /** In the chart, where the name of the benchmark stands before it. */
  readonly label: string;
  readonly work: string;
  /** What it is compared with in the same run; null: nothing. */
  readonly floor: string | null;
  /** `×`: so many times the floor. */
  readonly unit: string;
  readonly target: number | null;
  readonly measured: { readonly value: number; readonly machine: string; readonly date: string } | null;
  /** Of a figure that misses its target: why. */
  readonly inTheWay?: string | undefined;
}

/** Whether it was measured, and is beyond its target. */
export function isMissed({ target, measured }: Figure): boolean {
  return target !== null && measured !== null && measured.value > target;
}

const WIDTH = 860;
const ROW = 22;
const TOP = 44;
const LABELS = 330;
const VALUES = 150;
/** Longer bars end here. */
const TIMES_MAX = 3;
const TICKS = [0, 0.5, 1, 1.5, 2, 2.5, 3];
const FONT = 'font-family="system-ui, sans-serif" font-size="12"';
/** They are read on white and on black. */
const COLOURS = { met: '#2f9e44', missed: '#e8590c', text: '#868e96', line: '#868e96' };

interface Bar {
  readonly name: string;
  readonly times: number;
  readonly said: string;
}

export function benchmarkChart(figures: readonly Figure[]): string {
  const bars = figures.flatMap(barsOf);
  const height = TOP + bars.length * ROW + 12;
  const lines = TICKS.map((times) => tick(times, height));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" ${FONT} fill="${COLOURS.text}">`,
    '<title>Each figure as a multiple of its target: a bar that ends before 1 has met it</title>',
    `<text x="${xOf(0)}" y="14">times the target; shorter is better</text>`,
    ...lines,
    ...bars.map((bar, index) => row(bar, TOP + index * ROW)),
    '</svg>\n',
  ].join('\n');
}

function barsOf({ bench, label, unit, target, measured }: Figure): readonly Bar[] {
  if (target === null || measured === null) return [];
  const said = `${measured.value} of ${target} ${unit}`;
  return [{ name: `${bench}: ${label}`, times: measured.value / target, said }];
}

function row({ name, times, said }: Bar, y: number): string {
  const end = xOf(Math.min(times, TIMES_MAX));
  const colour = times <= 1 ? COLOURS.met : COLOURS.missed;
  const more = times > TIMES_MAX ? ' →' : '';
  return [
    `<text x="${LABELS - 10}" y="${y + 14}" text-anchor="end">${escaped(name)}</text>`,
    `<rect x="${xOf(0)}" y="${y + 4}" width="${(end - xOf(0)).toFixed(1)}" height="${ROW - 8}" fill="${colour}"/>`,
    `<text x="${WIDTH - VALUES + 16}" y="${y + 14}">${escaped(said)}${more}</text>`,
  ].join('\n');
}

function tick(times: number, height: number): string {
  const x = xOf(times);
  const isTarget = times === 1;
  const dashes = isTarget ? 'stroke-width="2"' : 'stroke-width="0.5" stroke-dasharray="3 3"';
  return `<line x1="${x}" x2="${x}" y1="${TOP - 8}" y2="${height - 8}" stroke="${COLOURS.line}" ${dashes}/><text x="${x}" y="${TOP - 14}" text-anchor="middle">${times}</text>`;
}

function xOf(times: number): number {
  return LABELS + (times / TIMES_MAX) * (WIDTH - LABELS - VALUES);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
