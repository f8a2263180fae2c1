import type { Knex } from 'knex';

const TABLES = ['alert_message', 'alert_target', 'condition', 'condition_told', 'watch'];

/** Conditions with a beginning and an end, who is told of them, and the messages on their way. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE watch (
      is_one      boolean PRIMARY KEY DEFAULT true CHECK (is_one),
      holder      uuid,
      lease_until timestamptz NOT NULL DEFAULT '-infinity',
      looked_at   timestamptz NOT NULL DEFAULT '-infinity',
      dear_at     timestamptz NOT NULL DEFAULT '-infinity'
    );
    INSERT INTO watch DEFAULT VALUES;
    COMMENT ON TABLE watch IS 'Its one row says which round of all watches is under way, and when the last ones began.';
    COMMENT ON COLUMN watch.holder IS 'The round that has the lease; null: none is under way.';
    COMMENT ON COLUMN watch.dear_at IS 'When a round last asked Shopify and SFTP as well.';

    CREATE TABLE condition (
      id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      code          text NOT NULL,
      shop_id       text NOT NULL,
      part          text NOT NULL,
      check_name    text NOT NULL,
      cost          text NOT NULL,
      detail        text NOT NULL,
      hint          text NOT NULL,
      seen_in_row   integer NOT NULL,
      missed_in_row integer NOT NULL,
      since         timestamptz NOT NULL,
      first_seen_at timestamptz NOT NULL,
      last_seen_at  timestamptz NOT NULL,
      began_at      timestamptz,
      ended_at      timestamptz
    );
    CREATE UNIQUE INDEX condition_open ON condition (code, shop_id, part) WHERE ended_at IS NULL;
    CREATE INDEX condition_ended ON condition (ended_at) WHERE ended_at IS NOT NULL;
    COMMENT ON COLUMN condition.shop_id IS 'Empty: it is one of the installation.';
    COMMENT ON COLUMN condition.part IS 'The check, where several conditions may have the code CHECK_FAILED; else empty.';
    COMMENT ON COLUMN condition.check_name IS 'The check that has seen it last. It ends when this check does not find it any more.';
    COMMENT ON COLUMN condition.since IS 'Since when it is so, by what records it, or else by the first round that saw it.';
    COMMENT ON COLUMN condition.began_at IS 'When it was seen often enough to be told; null: not yet.';

    CREATE TABLE alert_target (
      name         text PRIMARY KEY,
      kind         text NOT NULL CHECK (kind IN ('webhook', 'slack', 'mail')),
      address      text,
      sender       text,
      secret_ref   text NOT NULL,
      min_severity text NOT NULL CHECK (min_severity IN ('warning', 'critical')),
      remind_every interval NOT NULL,
      added_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
      silent_since timestamptz
    );
    COMMENT ON COLUMN alert_target.address IS 'The URL of a webhook, or the address of a mail; null: for Slack, where the URL is the secret.';
    COMMENT ON COLUMN alert_target.secret_ref IS
      'Where the secret is read from, env:NAME or file:PATH: the key of a signature, the URL for Slack, the URL of the SMTP server.';
    COMMENT ON COLUMN alert_target.silent_since IS 'Since when it gets no message, because it got as many as it may in an hour; null: it gets them.';

    CREATE TABLE condition_told (
      condition_id bigint NOT NULL REFERENCES condition ON DELETE CASCADE,
      target       text NOT NULL REFERENCES alert_target ON DELETE CASCADE,
      told_at      timestamptz NOT NULL,
      PRIMARY KEY (condition_id, target)
    );
    COMMENT ON TABLE condition_told IS
      'Which target was told that a condition began, and when it was told last. The row goes when the end is told.';

    CREATE TABLE alert_message (
      id            uuid PRIMARY KEY,
      target        text NOT NULL REFERENCES alert_target ON DELETE CASCADE,
      phase         text NOT NULL CHECK (phase IN ('began', 'still', 'ended')),
      message       jsonb NOT NULL,
      number        bigint GENERATED ALWAYS AS IDENTITY,
      made_at       timestamptz NOT NULL,
      next_try_at   timestamptz NOT NULL,
      tries         integer NOT NULL DEFAULT 0,
      claim         uuid,
      claimed_until timestamptz,
      delivered_at  timestamptz,
      given_up_at   timestamptz,
      last_error    text
    );
    CREATE INDEX alert_message_waiting ON alert_message (target, number)
      WHERE delivered_at IS NULL AND given_up_at IS NULL;
    CREATE INDEX alert_message_by_time ON alert_message (target, made_at);
    COMMENT ON TABLE alert_message IS 'The outbox: messages for targets, delivered in their order, each until its target has accepted it.';
    COMMENT ON COLUMN alert_message.claim IS 'The attempt that has it, until claimed_until; null: none.';
  `);
  for (const table of TABLES) {
    await knex.raw(`
      CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON ${table}
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('TRUNCATE passes by the rules of its rows');
    `);
  }
}
