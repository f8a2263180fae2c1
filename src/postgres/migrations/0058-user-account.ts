import type { Knex } from 'knex';

/** People who sign in to the HTTP API, and their sessions. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE user_account (
      user_name       text PRIMARY KEY,
      role            text NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
      password_hash   text NOT NULL,
      created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
      password_set_at timestamptz NOT NULL DEFAULT clock_timestamp()
    );
    CREATE UNIQUE INDEX user_account_by_name ON user_account (lower(user_name));
    COMMENT ON TABLE user_account IS 'People who sign in to the HTTP API.';
    COMMENT ON COLUMN user_account.password_hash IS 'scrypt, with its costs and salt. atp_read does not see it.';

    CREATE TABLE user_session (
      session_hash bytea PRIMARY KEY,
      user_name    text NOT NULL REFERENCES user_account ON DELETE CASCADE,
      created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
      expires_at   timestamptz NOT NULL,
      last_used_at timestamptz NOT NULL DEFAULT clock_timestamp()
    );
    CREATE INDEX user_session_by_user ON user_session (user_name, created_at);
    COMMENT ON TABLE user_session IS 'Who is signed in. A session also ends when it is not used for long.';
    COMMENT ON COLUMN user_session.session_hash IS 'SHA-256 of what the cookie holds.';
    COMMENT ON COLUMN user_session.last_used_at IS 'To about a minute.';

    DO $$ BEGIN
      IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'atp_read') THEN
        REVOKE SELECT ON user_account FROM atp_read;
        GRANT SELECT (user_name, role, created_at, password_set_at) ON user_account TO atp_read;
      END IF;
    END $$;
  `);
  for (const table of ['user_account', 'user_session']) {
    await knex.raw(`
      CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON ${table}
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('TRUNCATE passes by the rules of its rows');
    `);
  }
}
