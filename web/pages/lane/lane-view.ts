import type { ResultOf } from '../../api/operation-types.ts';

/** A lane as its page has it. */
export type LaneView = ResultOf<'lane.show'>;
