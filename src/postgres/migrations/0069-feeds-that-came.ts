import type { Knex } from 'knex';

/** When the last feed of a source came, whatever has become of it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('CREATE INDEX feed_import_came ON feed_import (source, came_at)');
}
