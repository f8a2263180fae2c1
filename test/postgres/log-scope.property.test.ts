/**
 * The log says whom a change concerns, and nobody whom it concerns is left out: after any story, the deltas of two shops
 * have brought all that differs. Controls break the scope, and each is found by a short story.
 */
import { expect, test } from 'vitest';
import { tell, testScopes } from './scoped-stories.ts';
import { ScopedWorld, type About, type Step, type What } from './scoped-world.ts';

testScopes(15);

const ABOUT: About = { product: 'B', facility: 'BROADWAY', group: 'NEAR', shop: 'near' };
const story = (...changes: readonly What[]): readonly Step[] =>
  changes.map((change) => ({ ...ABOUT, change }));

/** In SQL: the log has other columns of the table's rows, or takes others for irrelevant. */
const logOf = (table: string, event: 'INSERT' | 'UPDATE' | 'DELETE', ...columns: readonly string[]) => {
  const rows = [
    event === 'INSERT' ? '' : 'OLD TABLE AS old_rows',
    event === 'DELETE' ? '' : 'NEW TABLE AS new_rows',
  ].join(' ');
  return `CREATE OR REPLACE TRIGGER log_${event.toLowerCase()} AFTER ${event} ON ${table} REFERENCING ${rows}
    FOR EACH STATEMENT EXECUTE FUNCTION log_change(${columns.map((names) => `'${names}'`).join(', ')})`;
};

const DEFECTS: readonly {
  readonly what: string;
  readonly sql: string;
  readonly steps: readonly Step[];
}[] = [
  {
    what: 'a closure counts as a name',
    sql: logOf('facility', 'UPDATE', 'facility_id', 'facility_name, closed_date'),
    steps: story('close a facility, or open it'),
  },
  {
    what: 'a facility’s type counts as a name',
    sql: logOf('facility', 'UPDATE', 'facility_id', 'facility_name, facility_type_id'),
    steps: story('order', 'make a facility virtual, or real'),
  },
  {
    what: 'a group’s limit counts as a name',
    sql: logOf('facility_group', 'UPDATE', 'facility_group_id', 'facility_group_name, at_most'),
    steps: story('limit a group'),
  },
  {
    what: 'an item counts as a name',
    sql: logOf('shop_product', 'UPDATE', 'product_id, shop_id', 'variant_id, inventory_item_id'),
    steps: story('map to another item'),
  },
  {
    what: 'a membership that is removed is logged without its group',
    sql: logOf('facility_group_member', 'DELETE', 'facility_id'),
    steps: story('forget a membership'),
  },
  {
    what: 'of a threshold that moves only the new group is logged',
    sql: `CREATE FUNCTION log_new_group() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO change_log (product_id, facility_group_id) SELECT product_id, facility_group_id FROM new_rows;
        RETURN NULL; END $$;
      CREATE OR REPLACE TRIGGER log_update AFTER UPDATE ON product_facility_group
        REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION log_new_group()`,
    steps: [
      ...story('post units', 'set a threshold', 'set a threshold'),
      { delta: 'near' },
      ...story('move a threshold to another group'),
    ],
  },
  {
    what: 'the log names another shop',
    sql: `CREATE FUNCTION log_far() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        NEW.shop_id := 'far'; RETURN NEW; END $$;
      CREATE TRIGGER log_far BEFORE INSERT ON change_log FOR EACH ROW EXECUTE FUNCTION log_far()`,
    steps: story('post units'),
  },
  {
    what: 'the log names another group',
    sql: `CREATE FUNCTION log_far() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        NEW.facility_group_id := 'FAR'; RETURN NEW; END $$;
      CREATE TRIGGER log_far BEFORE INSERT ON change_log FOR EACH ROW EXECUTE FUNCTION log_far()`,
    steps: story('let a facility leave'),
  },
];

test.each(DEFECTS)('control: it is found when $what', async ({ sql, steps }) => {
  const right = await ScopedWorld.open('few');
  const wrong = await ScopedWorld.open('few');
  await wrong.database.query(sql);

  expect(await tell(right, steps)).toEqual({});
  expect(await tell(wrong, steps)).toHaveProperty('near');
});
