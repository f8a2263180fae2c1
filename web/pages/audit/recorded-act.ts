import type { ResultOf } from '../../api/operation-types.ts';

/** A row of the audit log. */
export type RecordedAct = ResultOf<'audit.log'>['acts'][number];
