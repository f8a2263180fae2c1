/** What happens between two deltas of the benchmark "scope". */
import type { Connection } from '../../src/postgres/database.ts';

/** How much there is, all of it mapped to one shop. */
export interface ScopeSize {
  readonly products: number;
  readonly facilities: number;
}

interface Scene {
  readonly what: string;
  /** Called once for each pair. */
  readonly change: (session: Connection, size: ScopeSize, pair: number) => Promise<unknown>;
  readonly rows: (size: ScopeSize) => number;
}

/** Nothing of the shop's is touched. */
export const ELSEWHERE: readonly Scene[] = [
  { what: 'nothing', change: () => Promise.resolve(), rows: () => 0 },
  {
    what: 'a facility is renamed',
    change: (session, _, pair) =>
      session.query(`UPDATE facility SET facility_name = $1 WHERE facility_id = 'F1'`, [`Store ${pair}`]),
    rows: () => 0,
  },
  {
    what: 'the group is renamed',
    change: (session, _, pair) =>
      session.query(
        `UPDATE facility_group SET facility_group_name = $1 WHERE facility_group_id = 'FAC_GRP'`,
        [`Online ${pair}`],
      ),
    rows: () => 0,
  },
  {
    what: 'a facility joins a group that nobody uses',
    change: (session, _, pair) =>
      session.query(
        `INSERT INTO facility_group_member VALUES ('UNUSED', 'F1', now() - make_interval(days => $1))`,
        [100 - pair],
      ),
    rows: () => 0,
  },
  {
    what: 'a facility closes that sells in no group of the shop',
    change: (session, _, pair) =>
      session.query(
        `UPDATE facility SET closed_date = now() - make_interval(days => $1) WHERE facility_id = 'ELSEWHERE'`,
        [100 - pair],
      ),
    rows: () => 0,
  },
  {
    what: 'each product gets a threshold in a group that nobody uses',
    change: (session, _, pair) =>
      session.query(
        `INSERT INTO product_facility_group SELECT product_id, 'UNUSED', $1 FROM product
         ON CONFLICT (product_id, facility_group_id) DO UPDATE SET threshold = excluded.threshold`,
        [pair],
      ),
    rows: () => 0,
  },
  {
    what: 'another shop is mapped, or removed',
    change: (session, _, pair) =>
      session.query(
        pair % 2 === 0
          ? `INSERT INTO shop_product SELECT 'other', product_id, product_id, product_id FROM product`
          : `DELETE FROM shop_product WHERE shop_id = 'other'`,
      ),
    rows: () => 0,
  },
];

/** Much of the shop's is touched, or all of it. */
export const EVERYWHERE: readonly Scene[] = [
  {
    what: 'ten products are counted',
    change: (session, _, pair) => count(session, 10, pair),
    rows: () => 10,
  },
  {
    what: 'one product of a hundred is counted',
    change: (session, { products }, pair) => count(session, Math.floor(products / 100), pair),
    rows: ({ products }) => Math.floor(products / 100),
  },
  {
    what: 'every product is counted',
    change: (session, { products }, pair) => count(session, products, pair),
    rows: ({ products }) => products,
  },
  {
    what: 'a facility leaves the group, or joins it',
    change: (session, _, pair) =>
      session.query(
        pair % 2 === 0
          ? `DELETE FROM facility_group_member WHERE facility_group_id = 'FAC_GRP' AND facility_id = 'F1'`
          : `INSERT INTO facility_group_member VALUES ('FAC_GRP', 'F1', now() - interval '1 day')`,
      ),
    rows: ({ products }) => products,
  },
  {
    what: 'a facility moves out of a group and into it, and nothing differs',
    change: async (session) => {
      await session.query(
        `DELETE FROM facility_group_member WHERE facility_group_id = 'FAC_GRP' AND facility_id = 'F2'`,
      );
      await session.query(
        `INSERT INTO facility_group_member VALUES ('FAC_GRP', 'F2', now() - interval '1 day')`,
      );
    },
    rows: () => 0,
  },
];

/** Posts to one facility; each time another quantity. */
async function count(session: Connection, products: number, pair: number): Promise<void> {
  await session.query(
    `INSERT INTO inventory_item_detail (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
     SELECT product_id, 'F3', $2, 0, 'VAR_MANUAL', 'bench' FROM product ORDER BY product_id LIMIT $1`,
    [products, pair % 2 === 0 ? 1 : 2],
  );
}
