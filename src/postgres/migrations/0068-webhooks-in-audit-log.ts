import type { Knex } from 'knex';

/**
 * The audit log kept the whole URL of a webhook, and such a URL is its own token: whoever may look could have sent messages in
 * our name. Of old acts, too, only where it leads is left. Acts of alerts are few, so nobody waits for long.
 */
export async function up(knex: Knex): Promise<void> {
  // Codes 92, 63 and 35 are what ends the host of a URL beside "/"; a question mark as it is would be a parameter here.
  await knex.raw(`
    -- An act that has ended never changes: but for this once, and only in what it should not have kept.
    ALTER TABLE audit_log DISABLE TRIGGER ended_is_final;
    UPDATE audit_log
    SET input = jsonb_set(input, '{webhook}', to_jsonb(
      split_part(input ->> 'webhook', '://', 1) || '://' || regexp_replace(
        split_part(translate(split_part(input ->> 'webhook', '://', 2), chr(92) || chr(63) || chr(35), '///'), '/', 1),
        '^.*@', '')))
    WHERE starts_with(act, 'alert.') AND jsonb_typeof(input -> 'webhook') = 'string';
    ALTER TABLE audit_log ENABLE TRIGGER ended_is_final;
  `);
}
