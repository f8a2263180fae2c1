/** Sources of feeds: how a sender writes, where that cannot be recognised. */
import { durationText } from '../domain/duration.ts';
import {
  COUNT_INSTANTS,
  DATE_ORDERS,
  DECIMAL_SIGNS,
  ENCODINGS,
  EQUAL_KEY_RULES,
  FEED_ORDERS,
  SEPARATOR_NAMES,
} from '../domain/feed-source.ts';
import { choice, clearable, duration, invalid, label, wholeNumber, yesOrNo } from '../domain/input-fields.ts';
import {
  FEED_DUPLICATE_DAYS,
  FEED_DUPLICATE_DAYS_MAX,
  FEED_EXPECTED_EVERY_MAX_MS,
  FEED_EXPECTED_EVERY_MIN_MS,
  FEED_SETTLE_LONGEST_MS,
  FEED_SETTLE_MIN_MS,
  FEED_SETTLE_MS,
  GATE_ABSENT_FEW_MAX,
  GATE_ABSENT_MAX,
  GATE_ABSENT_MIN,
  GATE_RISE_TIMES_MAX,
  GATE_RISE_UNITS_MAX,
  GATE_ROWS_FALL_MAX,
  GATE_TO_ZERO_MAX,
  GATE_UNKNOWN_MAX,
  UNITS_MAX,
} from '../domain/limits.ts';
import { readOrderStatus } from '../domain/recognition/order-status.ts';
import { readTransferStatus } from '../domain/recognition/transfer-status.ts';
import { isTimeZone, noteOnZone } from '../domain/wall-clock.ts';
import {
  addSource as storeSource,
  listSources as readSources,
  removeSource as dropSource,
  setSource as storeSettings,
  type FeedSource,
  type SettingsChange,
} from '../postgres/feeds/sources.ts';
import { defineOperation, type Context, type NameOf } from './operation.ts';
import { proposeFeedColumns, testFeedSource } from './source-files.ts';
import { connectSource, disconnectSource } from './source-servers.ts';
import { feedType, gate, pairs, source, toRecord } from './source-fields.ts';

const SETTINGS = {
  type: clearable(feedType('the type of its files, where no name says it'), 'none'),
  encoding: clearable(
    choice('its encoding (default: UTF-8, or what a byte order mark says)', ENCODINGS),
    'none',
  ),
  separator: clearable(choice('what separates values (default: recognised)', SEPARATOR_NAMES), 'none'),
  decimal: clearable(
    choice('its decimal sign (default: 1.000 and 1,000 are refused)', DECIMAL_SIGNS),
    'none',
  ),
  timeZone: clearable(
    label('the zone of its times without an offset, such as Europe/Berlin', 'zone'),
    'none',
  ),
  dateOrder: clearable(
    choice('what comes first in 03/04/2026 (default: such a date is not known)', DATE_ORDERS),
    'none',
  ),
  rows: clearable(
    choice(
      'of several counts of one product at one facility in a file: refuse unequal ones (default), take the last, or their sum',
      EQUAL_KEY_RULES,
    ),
    'none',
  ),
  settle: clearable(
    duration(
      `how long a file must stand still (default: ${durationText(FEED_SETTLE_MS)})`,
      FEED_SETTLE_MIN_MS,
      FEED_SETTLE_LONGEST_MS,
    ),
    'none',
  ),
  expectedEvery: clearable(
    duration(
      'how often a feed of it is to come, so that somebody is told when none does; a tenth more is not late',
      FEED_EXPECTED_EVERY_MIN_MS,
      FEED_EXPECTED_EVERY_MAX_MS,
    ),
    'none',
  ),
  order: clearable(
    choice('its files are imported by name without the type (default), or by time', FEED_ORDERS),
    'none',
  ),
  duplicateDays: clearable(
    wholeNumber(
      `for how many days a feed of differences is remembered by its name: sent under it again, equal content is held for a person, or only its rows that were refused are applied, and content that begins with what was applied is held, too; 0: each is a new event (default: ${FEED_DUPLICATE_DAYS})`,
      0,
      FEED_DUPLICATE_DAYS_MAX,
    ),
    'none',
  ),
  countsAsOf: clearable(
    choice('what its counts are about: the time of the file, or of the import (default)', COUNT_INSTANTS),
    'none',
  ),
  complete: clearable(
    yesOrNo(
      'what its RESET_INVENTORY does not name any more is zero, at the facilities that it names (default: it stays)',
      ['yes', 'no'],
    ),
    'none',
  ),
  reopen: clearable(
    yesOrNo(
      'an open state opens an order line again that was cancelled or completed (default: only with a later updatedAt)',
      ['yes', 'no'],
    ),
    'none',
  ),
  rowsFallMax: gate(
    'percent by which a count may have fewer rows than the smallest of the last ones',
    GATE_ROWS_FALL_MAX,
  ),
  toZeroMax: gate('percent of the stock that a count may set to zero', GATE_TO_ZERO_MAX),
  absentMax: gate(
    `percent of the stock of a facility that a complete source may leave out; where it is fewer than ${GATE_ABSENT_MIN} quantities, ${GATE_ABSENT_FEW_MAX}`,
    GATE_ABSENT_MAX,
  ),
  unknownMax: gate('percent of rows that may name unknown products', GATE_UNKNOWN_MAX),
  riseTimesMax: gate('a quantity may rise to so many times what it was', GATE_RISE_TIMES_MAX, UNITS_MAX),
  riseUnitsMax: gate('or by so many units', GATE_RISE_UNITS_MAX, UNITS_MAX),
  columns: pairs('its names of columns, and ours', 'column'),
  fixed: pairs('columns that it does not have, and their value', 'value'),
  statuses: pairs('its names of statuses of orders and transfers, and ours', 'status'),
  reasons: pairs('its names of reasons, and those of the ledger', 'reason'),
};

type GivenSettings = {
  readonly [Name in keyof typeof SETTINGS]?:
    | (Name extends 'settle' | 'expectedEvery'
        ? number
        : Name extends 'columns' | 'fixed' | 'statuses' | 'reasons'
          ? readonly string[]
          : Name extends keyof SettingsChange
            ? SettingsChange[Name]
            : never)
    | null
    | undefined;
};

/** @throws AtpError INPUT_INVALID */
function checkSettings({ timeZone, statuses }: GivenSettings, nameOf: NameOf): void {
  if (timeZone && !isTimeZone(timeZone)) {
    throw invalid(`${nameOf('timeZone')} must be the IANA name of a zone, such as Europe/Berlin`);
  }
  const unknown = Object.values(toRecord(statuses) ?? {}).find(
    (ours) => readOrderStatus(ours, {}) === null && readTransferStatus(ours, {}) === null,
  );
  if (unknown !== undefined) throw invalid(`${nameOf('statuses')}: "${unknown}" is no status of ours`);
}

/** Adds what looks wrong in what was said. */
function withNotes(stored: FeedSource): FeedSource & { readonly warnings?: readonly string[] } {
  const { timeZone } = stored.settings;
  const note = timeZone === null ? null : noteOnZone(timeZone);
  return note === null ? stored : { ...stored, warnings: [note] };
}

function toChange({
  settle,
  expectedEvery,
  columns,
  fixed,
  statuses,
  reasons,
  ...rest
}: GivenSettings): SettingsChange {
  return {
    ...rest,
    settleMs: settle,
    expectedEveryMs: expectedEvery,
    columns: toRecord(columns),
    fixed: toRecord(fixed),
    statuses: toRecord(statuses),
    reasons: toRecord(reasons),
  };
}

export const listFeedSources = defineOperation({
  name: 'source.list',
  role: 'viewer',
  description: 'sources of feeds, and what was said of how they write',
  fields: {},
  run: async ({ app }) => readSources(await app.database()),
});

export const addFeedSource = defineOperation({
  name: 'source.add',
  role: 'operator',
  description:
    'a folder of feeds, how its sender writes, and what of it is held; what is not said is recognised',
  fields: { source, ...SETTINGS },
  check: checkSettings,
  stateOf: sourceState,
  run: async ({ app }, { source: name, ...given }) =>
    withNotes(await storeSource(await app.database(), name, toChange(given))),
});

export const setFeedSource = defineOperation({
  name: 'source.set',
  role: 'operator',
  description: 'change what is given, leave the rest; names that are given replace those of before',
  fields: { source, ...SETTINGS },
  needsOneOf: Object.keys(SETTINGS) as (keyof typeof SETTINGS)[],
  check: checkSettings,
  stateOf: sourceState,
  run: async ({ app }, { source: name, ...given }) =>
    withNotes(await storeSettings(await app.database(), name, toChange(given))),
});

export const removeFeedSource = defineOperation({
  name: 'source.remove',
  role: 'operator',
  description: 'forget what was said of a source; its folder stays',
  fields: { source },
  stateOf: sourceState,
  run: async ({ app }, { source: name }) => {
    await dropSource(await app.database(), name);
    return { source: name };
  },
});

export const SOURCE_OPERATIONS = [
  listFeedSources,
  addFeedSource,
  setFeedSource,
  removeFeedSource,
  connectSource,
  disconnectSource,
  proposeFeedColumns,
  testFeedSource,
] as const;

async function sourceState(
  { app }: Context,
  input: { readonly source: string },
): Promise<FeedSource['settings'] | null> {
  const sources = await readSources(await app.database());
  return sources.find((known) => known.source === input.source)?.settings ?? null;
}
