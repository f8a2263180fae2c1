import type { ResultOf } from '../../api/operation-types.ts';

export type Facility = ResultOf<'facility.list'>[number];
