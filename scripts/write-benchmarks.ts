/**
 * Writes docs/benchmarks.md and its chart from docs/benchmarks.json. Whoever has measured a figure anew changes it there.
 *
 *     node scripts/write-benchmarks.ts           writes both
 *     node scripts/write-benchmarks.ts --check   exits 1 when one of them differs from the data
 */
import data from '../docs/benchmarks.json' with { type: 'json' };
import { benchmarkChart, isMissed, type Figure } from './benchmark-chart.ts';
import { renewPage } from './reference-page.ts';

const SOURCE = 'docs/benchmarks.json';
const CHART = 'docs/images/benchmarks.svg';
const figures: readonly Figure[] = data.figures;
const commands: Readonly<Record<string, string>> = data.commands;

function page(): string {
  const rows = Object.entries(commands).flatMap(([bench, command]) =>
    figures
      .filter((figure) => figure.bench === bench)
      .map((figure, index) => rowOf(figure, index === 0 ? `\`${command}\`` : '')),
  );
  const machines = Object.entries(data.machines).map(([name, what]) => `- **${name}**: ${what}.`);
  const missed = figures.filter(isMissed).map(({ bench, label, unit, target, measured, inTheWay = '' }) => {
    const [figure, wanted] = [inUnit(measured?.value ?? null, unit), inUnit(target, unit)];
    return `- **${bench}, ${label}**: ${figure}, where ${wanted} are wanted. ${inTheWay}.`;
  });
  return `# Benchmarks

What is measured, beside what it is compared with in the same run. Each command prints its figures and the machine, and fails only
when the work was done wrongly. With \`--small\` it does the same work for a handful of rows: \`npm test\` does that with each of them.

![Each figure beside its target](images/benchmarks.svg)

| command | work | floor | target | last measured | machine, date |
|---|---|---|---|---|---|
${rows.join('\n')}

"×" is so many times the floor. "–" in the column of targets: none is set; in that of figures: it was not measured on a machine that did
nothing else.

## What stands in the way
Of each figure that misses its target, the profile or the decision that says why.

${missed.join('\n')}

## Machines
${machines.join('\n')}

## A new figure
Run the command alone on the machine, put what it prints into \`${SOURCE}\`, and \`node scripts/write-benchmarks.ts\` writes this page and its
chart.
`;
}

function rowOf({ work, floor, unit, target, measured }: Figure, command: string): string {
  const where = measured === null ? '' : `${measured.machine}, ${measured.date}`;
  const cells = [
    command,
    work,
    floor ?? '–',
    inUnit(target, unit),
    inUnit(measured?.value ?? null, unit),
    where,
  ];
  return `| ${cells.join(' | ')} |`;
}

function inUnit(value: number | null, unit: string): string {
  return value === null ? '–' : `${value.toLocaleString('en')} ${unit}`;
}

renewPage('docs/benchmarks.md', SOURCE, page);
renewPage(CHART, SOURCE, () => benchmarkChart(figures));
