import type { Knex } from 'knex';

/** Three columns say what they mean in the words of the glossary. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    COMMENT ON COLUMN applied_row.debt IS
      'Units that Shopify has sold and whose orders are not imported: kept back from what is written.';
    COMMENT ON COLUMN shopify_call.debts IS
      'By product, what was kept back for unseen sales: applied_row takes it over when the call is answered.';
    COMMENT ON COLUMN lane.holder_workflow_id IS
      'The workflow whose run holds the lease: Temporal is asked whether it still runs.';
  `);
}
