/** What is kept of a large import for its chunks, by its type, and how a chunk of it is applied. */
import { turnClassOf, type TurnClass } from '../../domain/feed-kind.ts';
import type { FeedType } from '../../domain/feed-type.ts';
import type { Connection } from '../database.ts';
import { applyOrderChunk, finishOrders } from './order-chunks.ts';
import { postChunk, type ChunkOf, type PostedChunk } from './pending-postings.ts';
import { setChunk } from './pending-settings.ts';

/** Types that are not applied in chunks have no class. */
export const classOf = (type: FeedType): TurnClass => turnClassOf(type) ?? 'stock';

interface ChunkKind {
  readonly table: 'pending_posting' | 'pending_order_row' | 'pending_setting';
  /** SQL of how many rows wait there. */
  readonly pending: string;
  readonly apply: (connection: Connection, of: ChunkOf, chunk: number) => Promise<PostedChunk>;
  readonly finish?: (connection: Connection, of: ChunkOf) => Promise<void>;
}

const POSTINGS: ChunkKind = {
  table: 'pending_posting',
  pending: 'coalesce(sum(cardinality(units)), 0)',
  apply: postChunk,
};
const ORDERS: ChunkKind = {
  table: 'pending_order_row',
  pending: 'coalesce(sum(cardinality(rows)), 0)',
  apply: applyOrderChunk,
  finish: finishOrders,
};

const SETTINGS: ChunkKind = {
  table: 'pending_setting',
  pending: 'coalesce(sum(cardinality(product_ids)), 0)',
  apply: setChunk,
};

const KINDS: Readonly<Record<TurnClass, ChunkKind>> = { stock: POSTINGS, orders: ORDERS, settings: SETTINGS };

export const kindOfChunks = (type: FeedType): ChunkKind => KINDS[classOf(type)];
