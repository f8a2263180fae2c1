import type { Knex } from 'knex';

/**
 * A shop's token goes to its domain, and is read from its reference: whoever may write the table, and nothing else, must
 * not be able to name another host or a secret of ours. NOT VALID: rows that are there are not looked at, since a wrong
 * one is refused where it is used. The rules are those of src/domain.
 */
export async function up(knex: Knex): Promise<void> {
  // Not `raw` with bindings: a question mark of a pattern would be one.
  const check = (name: string, rule: string) =>
    `ALTER TABLE shop ADD CONSTRAINT ${name} CHECK (${rule.replaceAll('?', '\\?')}) NOT VALID;`;
  await knex.raw(
    [
      check('shop_domain_check', String.raw`domain ~ '^[a-z0-9][a-z0-9-]*\.myshopify\.com$'`),
      check(
        'shop_admin_url_check',
        String.raw`admin_url ~ '^http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?(/.*)?$'`,
      ),
      check(
        'shop_access_token_ref_check',
        String.raw`access_token_ref ~ '^(client:[A-Za-z0-9-]+:)?(env:(?!DATABASE_URL$|SFTP_|TEMPORAL_|POSTGRES_|PGPASSWORD$)[A-Za-z_][A-Za-z0-9_]*|file:.+)$'`,
      ),
    ].join('\n'),
  );
}
