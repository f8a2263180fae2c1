import type { RowOf } from '../../api/pages.ts';

export type Facility = RowOf<'facility.list'>;
