/**
 * The inputs of the jobs, as anyone may send them: our command line, Temporal's own, or its UI. They are checked in
 * the workflow itself.
 */
import { count, fieldsOf, id, optional, yesOrNo } from './input-fields.ts';

export interface ProduceJob {
  readonly shopId: string;
  readonly facilityGroupId?: string;
}

export interface LaneJob {
  readonly shopId: string;
}

export interface VerifyJob {
  readonly shopId: string;
  /** How many products to compare, taken by chance; absent: all. */
  readonly sample?: number;
  /** Whether the next file carries what differs again. */
  readonly heal?: boolean;
}

export interface ImportJob {
  /** Folder below incoming/ to take feeds from; absent: all of incoming/. */
  readonly source?: string;
}

/** Throws INPUT_INVALID, which names the field. */
export function produceJob(input: unknown): ProduceJob {
  const fields = fieldsOf(input, ['shopId', 'facilityGroupId']);
  const facilityGroupId = optional(fields, 'facilityGroupId', id);
  return { shopId: id(fields, 'shopId'), ...(facilityGroupId !== undefined && { facilityGroupId }) };
}

/** Throws INPUT_INVALID, which names the field. */
export function laneJob(input: unknown): LaneJob {
  return { shopId: id(fieldsOf(input, ['shopId']), 'shopId') };
}

/** Throws INPUT_INVALID, which names the field. */
export function verifyJob(input: unknown): VerifyJob {
  const fields = fieldsOf(input, ['shopId', 'sample', 'heal']);
  const sample = optional(fields, 'sample', count);
  const heal = optional(fields, 'heal', yesOrNo);
  return {
    shopId: id(fields, 'shopId'),
    ...(sample !== undefined && { sample }),
    ...(heal !== undefined && { heal }),
  };
}

/** Throws INPUT_INVALID, which names the field. */
export function importJob(input: unknown): ImportJob {
  const source = optional(fieldsOf(input ?? {}, ['source']), 'source', id);
  return source === undefined ? {} : { source };
}
