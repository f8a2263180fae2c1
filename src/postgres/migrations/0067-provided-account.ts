import type { Knex } from 'knex';

/** Accounts of people whom an OpenID provider vouches for: they have no password of ours. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE user_account
      ALTER COLUMN password_hash DROP NOT NULL,
      ADD COLUMN issuer text,
      ADD COLUMN subject text,
      ADD CONSTRAINT user_account_check_sign_in
        CHECK ((password_hash IS NULL) = (issuer IS NOT NULL) AND (issuer IS NULL) = (subject IS NULL)),
      ADD CONSTRAINT user_account_issuer_subject_key UNIQUE (issuer, subject);
    COMMENT ON COLUMN user_account.password_hash IS
      'scrypt, with its costs and salt; null: the provider checks the password. atp_read does not see it.';
    COMMENT ON COLUMN user_account.issuer IS 'The OpenID provider by which the person signs in; null: by a password.';
    COMMENT ON COLUMN user_account.subject IS
      'Who it is at the provider, which never gives it to anybody else. The name is only for people to read.';

    DO $$ BEGIN
      IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'atp_read') THEN
        GRANT SELECT (issuer, subject) ON user_account TO atp_read;
      END IF;
    END $$;
  `);
}
