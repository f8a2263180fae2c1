import type { RowOf } from '../../api/pages.ts';

export type Channel = RowOf<'group.list'>;
