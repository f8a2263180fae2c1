import type { ResultOf } from '../api/operation-types.ts';

/** A file as its page has it. */
export type FileView = ResultOf<'lane.file'>;
