import { durationText } from '../domain/duration.ts';
import { counted } from '../domain/words.ts';
import type { ResultOf } from '../operations/operation.ts';
import { addFeedSource, listFeedSources, removeFeedSource, setFeedSource } from '../operations/sources.ts';
import { connectSource, disconnectSource } from '../operations/source-servers.ts';
import { proposeFeedColumns, testFeedSource } from '../operations/source-files.ts';
import { command } from './command.ts';
import { ExitCode } from './report.ts';
import { table } from './table.ts';

export const SOURCE_COMMANDS = [
  command({ path: 'source list', operation: listFeedSources, show: sourcesText }),
  command({
    path: 'source add',
    operation: addFeedSource,
    arguments: ['source'],
    show: savedText,
  }),
  command({
    path: 'source set',
    operation: setFeedSource,
    arguments: ['source'],
    show: savedText,
  }),
  command({
    path: 'source remove',
    operation: removeFeedSource,
    arguments: ['source'],
    show: ({ source }) => `Nothing is said of ${source} any more.`,
  }),
  command({
    path: 'source connect',
    operation: connectSource,
    arguments: ['source'],
    show: (saved) => `${sourcesText([saved])}\nThe next import looks there: \`atp job run import --wait\`.`,
  }),
  command({
    path: 'source disconnect',
    operation: disconnectSource,
    arguments: ['source'],
    show: (saved) => sourcesText([saved]),
  }),
  command({
    path: 'source columns',
    operation: proposeFeedColumns,
    arguments: ['file'],
    show: ({ type, columns, missing, settings }) => {
      const rows = columns.map(({ theirs, ours, isProposed, examples }) => [
        ...[
          theirs,
          ours,
          isProposed ? 'proposed' : ours === null ? 'not read' : 'known',
          examples.join(', '),
        ],
      ]);
      return [
        table(['Column', `Of ${type}`, '', 'First values'], rows, 'It has no columns.'),
        ...missing.map((group) => `Missing: ${group.join(' or ')}.`),
        ...(settings.length === 0
          ? []
          : [`As a setting: ${settings.map((pair) => `--column '${pair}'`).join(' ')}`]),
      ].join('\n');
    },
  }),
  command({
    path: 'source test',
    operation: testFeedSource,
    arguments: ['file'],
    show: (tested) => ({
      text: testedText(tested),
      exitCode: tested.refused > 0 ? ExitCode.FAILED : ExitCode.OK,
    }),
  }),
];

type FeedSource = ResultOf<typeof listFeedSources>[number];

function savedText(saved: ResultOf<typeof addFeedSource>): string {
  return [sourcesText([saved]), ...(saved.warnings ?? []).map((warning) => `Note: ${warning}`)].join('\n');
}

function sourcesText(sources: ResultOf<typeof listFeedSources>): string {
  const rows = sources.map(({ source, settings, server, serverUse }) => [
    source,
    [
      ...(server === null ? [] : [serverText(server)]),
      ...(serverUse === null ? [] : [useText(serverUse)]),
      settingsText(settings),
    ].join('; '),
  ]);
  return table(['Source', 'What was said'], rows, 'Nothing was said of any source: all is recognised.');
}

/** Where a secret is, and never the secret. */
function serverText(server: NonNullable<FeedSource['server']>): string {
  const { username, host, port, folder, password, privateKeyFile } = server;
  const by = [password, privateKeyFile].filter((place) => place !== null).join(', ');
  return `at sftp://${username}@${host}:${port}${folder} by ${by}`;
}

function useText({ state, notUsedSince, fault }: NonNullable<FeedSource['serverUse']>): string {
  if (state === 'USABLE') return 'the last import could use it';
  if (state === 'NOT_TRIED') return 'no import has looked there yet';
  return `not used since ${notUsedSince?.toISOString() ?? ''}: ${fault?.message ?? ''}`;
}

function settingsText(settings: ResultOf<typeof addFeedSource>['settings']): string {
  const all = Object.entries<string | number | boolean | Readonly<Record<string, string>> | null>({
    ...settings,
  });
  const said = all.flatMap(([name, value]) => {
    if (value === null) return [];
    if (typeof value === 'boolean') return [`${name} ${value ? 'yes' : 'no'}`];
    if (typeof value === 'number' && name.endsWith('Ms'))
      return [`${name.slice(0, -2)} ${durationText(value)}`];
    if (typeof value === 'string' || typeof value === 'number') return [`${name} ${value}`];
    const named = Object.entries(value).map(([theirs, ours]) => `${theirs}=${ours}`);
    return named.length === 0 ? [] : [`${name} ${named.join(', ')}`];
  });
  return said.length === 0 ? 'all is recognised' : said.join('; ');
}

function testedText(tested: ResultOf<typeof testFeedSource>): string {
  const { fileName, type, encoding, separator, columns, rows, refused, shown, products } = tested;
  const unread = columns.flatMap(({ theirs, ours }) => (ours === null && theirs !== '' ? [theirs] : []));
  const names = namesUnderstood(tested);
  const cells = shown.map(({ rowNumber, content, refusedFor }) => [
    rowNumber,
    ...names.map((name) => (content === null ? null : valueOf(content, name))),
    refusedFor,
  ]);
  return [
    `${fileName}: ${type}, ${encoding}, separated by a ${separator}; ${counted(rows, 'row')}, ${refused} refused.`,
    ...(unread.length === 0 ? [] : [`Nothing reads ${unread.join(', ')}.`]),
    table(['Row', ...names, 'Refused because'], cells, 'It has no rows.'),
    ...(products === null ? [] : productsText(products)),
  ].join('\n');
}

function productsText({
  lookedUp,
  known,
  unknown,
  shops,
}: NonNullable<ResultOf<typeof testFeedSource>['products']>): readonly string[] {
  const mapped = shops.map(({ shopId, mapped }) => `${mapped} in ${shopId}`);
  return [
    `Of the first ${counted(lookedUp, 'product')} ${known} ${known === 1 ? 'is' : 'are'} known${mapped.length === 0 ? '' : `; mapped: ${mapped.join(', ')}`}.`,
    ...unknown.map(({ refusedFor }) => refusedFor),
  ];
}

/**
 * Of what the rows say, in the names that the import has for it: also a column that the file has and of which nothing was understood,
 * such as times that cannot be read.
 */
function namesUnderstood({ shown, columns }: ResultOf<typeof testFeedSource>): readonly string[] {
  const isInFile = (name: string) => columns.some(({ ours }) => ours === name);
  const said = shown.flatMap(({ content }) =>
    Object.entries<unknown>({ ...content }).flatMap(([name, value]) =>
      value === null && !isInFile(name) ? [] : [name],
    ),
  );
  return [...new Set(said)];
}

function valueOf(content: object, name: string): string | null {
  const value: unknown = Object.entries(content).find(([column]) => column === name)?.[1];
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : null;
}
