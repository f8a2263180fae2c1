/** What a dry run says of the levels that an import would change. */
import { counted } from './words.ts';

/** One level before and after the import: units on hand, those that are reserved left out. */
export interface LevelMove {
  readonly sku: string;
  readonly facilityId: string;
  readonly before: number;
  readonly after: number;
}

/** Of products at facilities, as levels; what is reserved is left out. */
export interface ImportPreview {
  readonly levels: number;
  readonly unitsBefore: number;
  readonly unitsAfter: number;
  /** Levels with units that would have none. */
  readonly toZero: number;
  /** Levels that would be below zero. */
  readonly negative: number;
  /** The largest differences, the largest first. */
  readonly biggest: readonly LevelMove[];
}

export function previewInWords({
  levels,
  unitsBefore,
  unitsAfter,
  toZero,
  negative,
  biggest,
}: ImportPreview): string {
  if (levels === 0) return 'No level would change.';
  const units = `${unitsBefore} → ${unitsAfter} units`;
  return [
    `${counted(levels, 'level')} would change, ${units}; ${toZero} to zero, ${negative} below zero.`,
    ...biggest.map(({ sku, facilityId, before, after }) => `  ${sku} at ${facilityId}: ${before} → ${after}`),
  ].join('\n');
}
