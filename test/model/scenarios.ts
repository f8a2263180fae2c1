/** What the model is searched for: a few worlds, each as large as its question needs. */
import { worldAfterFirstFile, type Left, type World } from './lane-world.ts';
import type { Bounds, Model } from './model.ts';
import type { Safeguard, ShopifyRules } from './safeguards.ts';

export interface Scenario {
  /** By product: what file 1 has set, and the values that a later count may find. */
  readonly products: readonly { readonly shown: number; readonly counts: readonly number[] }[];
  /** Files that counts make, after file 1. */
  readonly counts: number;
  readonly left: Partial<Left>;
  /** Files in all; default: as many as counts make, and two more for what is owed or was imported. */
  readonly files?: number;
  readonly underWay?: number;
  readonly hasWriting?: boolean;
  readonly hasWindows?: boolean;
  readonly isNetworkPrompt?: boolean;
  readonly isOneDay?: boolean;
  readonly rules?: Partial<ShopifyRules>;
}

const NOTHING: Left = {
  sales: 0,
  crashes: 0,
  overtakings: 0,
  expiries: 0,
  blocks: 0,
  agings: 0,
  moves: 0,
  restocks: 0,
  pauses: 0,
  passings: 0,
};
const UP_AND_DOWN = [{ shown: 5, counts: [5, 7] }];

/** A file of both, and a delta of one of them that goes before the other. */
const TWO_WINDOWS = [
  { shown: 5, counts: [7] },
  { shown: 5, counts: [7, 9] },
];
const GOING_FIRST = { products: TWO_WINDOWS, counts: 2, files: 4, hasWindows: true };
const FIRST_AND_BLOCKED: Scenario = { ...GOING_FIRST, left: { blocks: 1 }, hasWriting: true };

/** Every day: each of them is searched to its end. */
export const EVERYDAY: Readonly<Record<string, Scenario>> = {
  '5 → 7 → 5, a sale, an attempt that is overtaken': {
    products: UP_AND_DOWN,
    counts: 2,
    left: { sales: 1, overtakings: 1 },
  },
  'the same, and refused keys are spent': {
    products: UP_AND_DOWN,
    counts: 2,
    left: { sales: 1, overtakings: 1 },
    rules: { refusedKeys: 'spent' },
  },
  'quantities that differ by one, so that a sale looks like a call': {
    products: [{ shown: 5, counts: [4, 3] }],
    counts: 2,
    left: { sales: 1, overtakings: 1 },
  },
  'a fall to 0 and back, a sale, an expired lease': {
    products: [{ shown: 5, counts: [5, 0] }],
    counts: 2,
    left: { sales: 1, expiries: 1 },
  },
  'two workers that die, an expired lease': {
    products: UP_AND_DOWN,
    counts: 2,
    left: { crashes: 2, expiries: 1 },
  },
  'a call that is too old to be repeated': {
    products: UP_AND_DOWN,
    counts: 2,
    left: { agings: 1, overtakings: 1 },
  },
  'a file that blocks its lane, and is tried again or skipped by a person': {
    products: UP_AND_DOWN,
    counts: 2,
    left: { blocks: 1, overtakings: 1 },
    hasWriting: true,
  },
  'two products of one call, a sale, an attempt that is overtaken': {
    products: [
      { shown: 5, counts: [5, 7] },
      { shown: 5, counts: [5, 7] },
    ],
    counts: 1,
    left: { sales: 1, overtakings: 1 },
    files: 3,
  },
  'a delta between two windows of a larger file, a sale': {
    ...GOING_FIRST,
    left: { sales: 1 },
  },
  'such a delta that blocks the lane, and is tried again or skipped by a person': FIRST_AND_BLOCKED,
  'such a delta to which a row is passed on before, and that blocks the lane': {
    ...FIRST_AND_BLOCKED,
    left: { blocks: 1, passings: 1 },
  },
  'another location, an attempt that is overtaken': {
    products: UP_AND_DOWN,
    counts: 1,
    left: { moves: 1, overtakings: 1 },
    files: 4,
  },
  'another location, an order that is cancelled meanwhile': {
    products: UP_AND_DOWN,
    counts: 0,
    left: { sales: 1, restocks: 1, moves: 1 },
    files: 4,
  },
  'a lane that is paused and goes on, a sale, an attempt that is overtaken': {
    products: UP_AND_DOWN,
    counts: 1,
    left: { sales: 1, pauses: 1, overtakings: 1 },
  },
  'a row that is passed on to a newer file, which blocks its lane; a sale': {
    products: UP_AND_DOWN,
    counts: 2,
    left: { sales: 1, blocks: 1, passings: 1 },
  },
  'rows that are passed on, an attempt that is overtaken': {
    products: UP_AND_DOWN,
    counts: 2,
    left: { overtakings: 1, passings: 2 },
  },
  'a Shopify that remembers no keys': {
    products: UP_AND_DOWN,
    counts: 2,
    left: { overtakings: 1 },
    files: 4,
    underWay: 0,
    rules: { replay: 'off' },
  },
};

/** `npm run test:model` searches these as well. */
export const DEEP: Readonly<Record<string, Scenario>> = {
  'a row that is passed on to a newer file, which blocks its lane; a sale, an attempt that is overtaken': {
    products: UP_AND_DOWN,
    counts: 2,
    left: { sales: 1, blocks: 1, overtakings: 1, passings: 1 },
    files: 4,
  },
  'rows of two products that are passed on, another location': {
    products: [
      { shown: 5, counts: [5, 7] },
      { shown: 5, counts: [5, 7] },
    ],
    counts: 1,
    left: { moves: 1, passings: 2 },
    files: 4,
  },
  'another location, an order that is cancelled meanwhile, a worker that dies': {
    products: UP_AND_DOWN,
    counts: 0,
    left: { sales: 1, restocks: 1, moves: 1, crashes: 1 },
    files: 4,
  },
  'another location, a sale, an attempt that is overtaken': {
    products: UP_AND_DOWN,
    counts: 1,
    left: { sales: 1, moves: 1, overtakings: 1 },
    files: 5,
  },
  '5, 7 and 0 in any order, a sale, an attempt that is overtaken': {
    products: [{ shown: 5, counts: [5, 7, 0] }],
    counts: 2,
    left: { sales: 1, overtakings: 1 },
  },
  'a call that would lower the quantity to 0, and arrives late': {
    products: [{ shown: 5, counts: [0, 6] }],
    counts: 2,
    left: { sales: 1, overtakings: 1 },
  },
  '5 → 7 → 5 → 7, two attempts that are overtaken': {
    products: UP_AND_DOWN,
    counts: 3,
    left: { overtakings: 2 },
  },
  'a sale, a worker that dies, an expired lease, an attempt that is overtaken': {
    products: UP_AND_DOWN,
    counts: 2,
    left: { sales: 1, crashes: 1, expiries: 1, overtakings: 1 },
    files: 4,
  },
  'two sendings of a call under way': {
    products: UP_AND_DOWN,
    counts: 2,
    left: { sales: 1, overtakings: 1 },
    underWay: 2,
    files: 4,
  },
  'a delta between two windows, and rows that are passed on to a third file': {
    ...GOING_FIRST,
    counts: 3,
    files: 5,
    left: { passings: 1, overtakings: 1 },
  },
  'a delta between two windows, a sale, an attempt that is overtaken': {
    ...GOING_FIRST,
    left: { sales: 1, overtakings: 1 },
  },
  'a delta between two windows that blocks the lane, a sale': {
    ...GOING_FIRST,
    left: { blocks: 1, sales: 1 },
  },
  'a delta between two windows that blocks the lane, an attempt that is overtaken': {
    ...GOING_FIRST,
    left: { blocks: 1, overtakings: 1 },
  },
  'a sale, a file that blocks its lane, an attempt that is overtaken': {
    products: UP_AND_DOWN,
    counts: 2,
    left: { sales: 1, blocks: 1, overtakings: 1 },
    files: 4,
    hasWriting: true,
  },
  'a Shopify that remembers no keys, and requests that arrive late': {
    products: UP_AND_DOWN,
    counts: 2,
    left: { overtakings: 1 },
    files: 3,
    rules: { replay: 'off' },
  },
};

export interface Control {
  readonly without: readonly Safeguard[];
  readonly scenario: Scenario;
}

const SALE_AND_OVERTAKING: Scenario = {
  products: UP_AND_DOWN,
  counts: 2,
  left: { sales: 1, overtakings: 1 },
};

const WITH_AN_8: Scenario = {
  products: [{ shown: 5, counts: [5, 7, 8] }],
  counts: 2,
  left: { sales: 1, overtakings: 1 },
};

/** Each takes a safeguard away, and must be violated. */
export const CONTROLS: readonly Control[] = [
  { without: ['epoch'], scenario: { products: UP_AND_DOWN, counts: 2, left: { overtakings: 1 } } },
  { without: ['compare-and-swap'], scenario: SALE_AND_OVERTAKING },
  { without: ['key of the call'], scenario: SALE_AND_OVERTAKING },
  { without: ['call stored first'], scenario: SALE_AND_OVERTAKING },
  {
    without: ['end of repeats'],
    scenario: { products: [{ shown: 5, counts: [6] }], counts: 1, left: { sales: 1, agings: 1 } },
  },
  { without: ['send deadline'], scenario: SALE_AND_OVERTAKING },
  { without: ['watch'], scenario: WITH_AN_8 },
  { without: ['watch of applied repeats'], scenario: { ...SALE_AND_OVERTAKING, rules: { replay: 'off' } } },
  { without: ['time of the read'], scenario: { products: UP_AND_DOWN, counts: 2, left: { sales: 1 } } },
  { without: ['debt'], scenario: { products: UP_AND_DOWN, counts: 1, left: { sales: 1 } } },
  {
    without: ['doubt of the same file'],
    scenario: { ...SALE_AND_OVERTAKING, rules: { replay: 'off' } },
  },
  {
    without: ['doubt carried along'],
    scenario: { products: UP_AND_DOWN, counts: 2, left: { sales: 1, overtakings: 1, blocks: 1 } },
  },
  {
    without: ['drain of the old location'],
    scenario: { products: UP_AND_DOWN, counts: 1, left: { moves: 1 }, files: 4 },
  },
  {
    without: ['proof of the drain'],
    scenario: { products: UP_AND_DOWN, counts: 1, left: { sales: 1, restocks: 1, moves: 1 }, files: 4 },
  },
  {
    without: ['pause at each call'],
    scenario: { products: UP_AND_DOWN, counts: 1, left: { pauses: 1 } },
  },
  // A delta has gone first, and the rest of the file comes with older quantities.
  { without: ['row guard'], scenario: { ...GOING_FIRST, left: {} } },
  { without: ['answers before a delta goes first'], scenario: { ...GOING_FIRST, left: { sales: 1 } } },
  { without: ['what was left out is settled'], scenario: FIRST_AND_BLOCKED },
  {
    without: ['passed on to who has it'],
    scenario: { products: [...UP_AND_DOWN, ...UP_AND_DOWN], counts: 2, left: { passings: 1 }, files: 3 },
  },
  {
    without: ['passed on is owed'],
    scenario: { products: [{ shown: 5, counts: [7, 8] }], counts: 2, left: { passings: 1, blocks: 1 } },
  },
  {
    without: ['drain keeps its rows'],
    scenario: { products: UP_AND_DOWN, counts: 1, left: { passings: 1, moves: 1 }, files: 4 },
  },
  // Each of the two is enough to keep the files of one product in order.
  {
    without: ['file barrier', 'row guard'],
    scenario: { products: UP_AND_DOWN, counts: 2, left: {}, hasWriting: true },
  },
];

/** A worker stands still before it sends; its successor's repeat is refused; and then it sends. */
export const PAUSED_WORKER: Control = {
  without: ['send deadline', 'watch'],
  scenario: { ...WITH_AN_8, isNetworkPrompt: true, isOneDay: true },
};

/** The same, with long stories. */
export const DEEP_CONTROLS: readonly Control[] = [
  { without: ['epoch of each attempt'], scenario: SALE_AND_OVERTAKING },
  {
    without: ['epoch at an expired lease'],
    scenario: { products: UP_AND_DOWN, counts: 2, left: { sales: 1, expiries: 1 } },
  },
];

/** More states than any scenario has: one that reaches this has lost its bounds. */
export const STATES_MAX = 4_000_000;

export function modelOf(scenario: Scenario, without: readonly Safeguard[] = []): Model {
  const bounds: Bounds = {
    counts: scenario.products.map(({ counts }) => counts),
    files: scenario.files ?? scenario.counts + 3,
    underWay: scenario.underWay ?? 1,
    hasWriting: scenario.hasWriting ?? false,
    hasWindows: scenario.hasWindows ?? false,
    isNetworkPrompt: scenario.isNetworkPrompt ?? false,
    isOneDay: scenario.isOneDay ?? false,
  };
  return {
    bounds,
    rules: { refusedKeys: 'reusable', replay: 'on', ...scenario.rules },
    without: new Set(without),
  };
}

export function firstWorldOf({ products, counts, left }: Scenario): World {
  return worldAfterFirstFile(
    products.map(({ shown }) => shown),
    counts,
    { ...NOTHING, ...left },
  );
}
