import type { Knex } from 'knex';

/** A facility group may promise at most so many units of each product. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE facility_group ADD COLUMN at_most integer CHECK (at_most >= 0);
    COMMENT ON COLUMN facility_group.at_most IS 'Units of a product that the channel shows at most; null: no such limit.';
  `);
}
