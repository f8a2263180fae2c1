import type { ResultOf } from '../../api/operation-types.ts';

export type Channel = ResultOf<'group.list'>[number];
