import type { Knex } from 'knex';

/** Tokens by which programs use the HTTP API. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE api_token (
      name         text PRIMARY KEY,
      role         text NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
      token_hash   bytea NOT NULL UNIQUE,
      created_by   text NOT NULL,
      created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
      expires_at   timestamptz NOT NULL,
      last_used_at timestamptz
    );
    COMMENT ON TABLE api_token IS 'Tokens by which programs use the HTTP API.';
    COMMENT ON COLUMN api_token.token_hash IS 'SHA-256 of the token: 256 random bits need no slower hash.';
    COMMENT ON COLUMN api_token.last_used_at IS 'To about a minute; null: never.';
    CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON api_token
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('TRUNCATE passes by the rules of its rows');
  `);
}
