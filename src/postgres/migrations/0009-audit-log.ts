import type { Knex } from 'knex';

/** What people did to the product: who, when, with what input, and what it changed. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE audit_log (
      id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      act        text COLLATE "C" NOT NULL,
      actor      text NOT NULL,
      via        text NOT NULL,
      started_at timestamptz NOT NULL DEFAULT now(),
      ended_at   timestamptz,
      outcome    text,
      input      jsonb NOT NULL,
      before     jsonb,
      after      jsonb,
      CHECK ((ended_at IS NULL) = (outcome IS NULL))
    );
    CREATE INDEX audit_log_by_time ON audit_log (started_at, id);
    CREATE INDEX audit_log_by_act ON audit_log (act, started_at, id);
    CREATE INDEX audit_log_by_actor ON audit_log (actor, started_at, id);
    COMMENT ON TABLE audit_log IS
      'Acts of people, one row each. Written before the act begins, so that an act whose process dies is known, too.';
    COMMENT ON COLUMN audit_log.act IS 'The operation, such as shop.set. In collation C, so that an index finds all of shop.';
    COMMENT ON COLUMN audit_log.actor IS 'Who did it.';
    COMMENT ON COLUMN audit_log.via IS 'From where it came, such as cli.';
    COMMENT ON COLUMN audit_log.outcome IS
      'DONE, or the code of the error; null: it still runs, or its process died.';
    COMMENT ON COLUMN audit_log.before IS 'What was there before; null: the act changes nothing that is told here.';
    COMMENT ON COLUMN audit_log.after IS 'The same, afterwards.';

    CREATE TRIGGER ended_is_final BEFORE UPDATE ON audit_log FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL)
      EXECUTE FUNCTION refuse_change('an act that has ended never changes');
  `);
}
