/**
 * Who may do what in the database: three roles of Postgres without a login. Whoever connects is a member of one of them.
 *
 * `atp_migrate` owns the tables, so it alone can change them, and switch their rules off. `atp_work` has what a worker
 * and the command line need, and nothing more. `atp_read` looks.
 */
import type { Connection, Database } from './database.ts';
import { runInTransaction } from './transaction.ts';

export const ACCESS_ROLES = ['atp_migrate', 'atp_work', 'atp_read'] as const;

/** What a worker may do in a table. Also what it gets in tables of later migrations, until the roles are made again. */
const WORK = 'SELECT, INSERT, UPDATE, DELETE';
const KEPT = 'SELECT, INSERT, UPDATE';
const APPEND_ONLY = 'SELECT, INSERT';
const APPEND_AND_PURGE = 'SELECT, INSERT, DELETE';
const READ = 'SELECT';
/** A level is set by the ledger's trigger, which works by the right of the owner. */
const SETTINGS_ONLY = `SELECT, INSERT (product_id, facility_id, minimum_stock, allow_brokering),
  UPDATE (minimum_stock, allow_brokering)`;

/** What a worker may have done by the right of the owner. */
const FUNCTIONS_OF_WORK = [
  'remove_old_order_lines',
  'remove_old_transfers',
  'remove_product',
  'remove_facility',
] as const;

/** Tables in which a worker needs less than WORK. */
const WORK_IN: Readonly<Record<string, string>> = {
  atp_migration: READ,
  atp_migration_lock: READ,
  change_log: APPEND_AND_PURGE,
  clean_up: 'SELECT, UPDATE',
  facility: KEPT,
  facility_group: KEPT,
  facility_type: READ,
  inventory_item_detail: APPEND_ONLY,
  order_item: KEPT,
  product: KEPT,
  product_facility: SETTINGS_ONLY,
  removed_shop: KEPT,
  // Written by remove_old_transfers; only what is years old is removed.
  removed_transfer: 'SELECT, DELETE',
  sale_log: APPEND_AND_PURGE,
  transfer_item: KEPT,
  upload_file_pack: APPEND_AND_PURGE,
  upload_file_row: APPEND_AND_PURGE,
};

/** Columns that `atp_read` sees of tables that hold something for workers alone: here the hashes of passwords. */
const READ_OF: Readonly<Record<string, readonly string[]>> = {
  user_account: ['user_name', 'role', 'created_at', 'password_set_at', 'issuer', 'subject'],
};

/**
 * Makes the roles, gives them their rights, and gives the tables to `atp_migrate`: all of it or nothing. It may run again
 * and then sets the rights anew. The database and the schema are taken from everybody else.
 *
 * Roles belong to the whole server. The caller is a superuser, or owns the database and may create roles; such a caller
 * becomes a member of `atp_migrate`.
 */
export async function makeAccessRoles(database: Database): Promise<void> {
  await database.session(
    (session) =>
      runInTransaction(session, 'BEGIN', async () => {
        await createMissing(session);
        const { schema, name } = await placeOf(session);
        await session.query(`
          REVOKE ALL ON DATABASE ${name} FROM PUBLIC;
          GRANT CONNECT ON DATABASE ${name} TO ${ACCESS_ROLES.join(', ')};
          GRANT TEMPORARY ON DATABASE ${name} TO atp_migrate, atp_work;
          REVOKE CREATE ON SCHEMA ${schema} FROM PUBLIC;
          GRANT USAGE ON SCHEMA ${schema} TO ${ACCESS_ROLES.join(', ')};
          GRANT CREATE ON SCHEMA ${schema} TO atp_migrate`);
        await giveToOwner(session);
        await session.query(`
          REVOKE ALL ON ALL TABLES IN SCHEMA ${schema} FROM atp_work, atp_read;
          GRANT ${READ} ON ALL TABLES IN SCHEMA ${schema} TO atp_read;
          GRANT ${WORK} ON ALL TABLES IN SCHEMA ${schema} TO atp_work;
          GRANT SELECT ON SEQUENCE ${schema}.count_number TO atp_work;
          ALTER DEFAULT PRIVILEGES FOR ROLE atp_migrate IN SCHEMA ${schema} GRANT ${READ} ON TABLES TO atp_read;
          ALTER DEFAULT PRIVILEGES FOR ROLE atp_migrate IN SCHEMA ${schema} GRANT ${WORK} ON TABLES TO atp_work`);
        for (const name of FUNCTIONS_OF_WORK) {
          await session.query(`GRANT EXECUTE ON FUNCTION ${schema}.${name} TO atp_work`);
        }
        for (const [table, columns] of Object.entries(READ_OF)) {
          await session.query(
            `REVOKE ALL ON ${schema}.${table} FROM atp_read;
             GRANT SELECT (${columns.join(', ')}) ON ${schema}.${table} TO atp_read`,
          );
        }
        for (const [table, rights] of Object.entries(WORK_IN)) {
          await session.query(
            `REVOKE ALL ON ${schema}.${table} FROM atp_work; GRANT ${rights} ON ${schema}.${table} TO atp_work`,
          );
        }
      }),
    'migration',
  );
}

async function createMissing(session: Connection): Promise<void> {
  const { rows } = await session.query<{ rolname: string }>(
    'SELECT rolname FROM pg_roles WHERE rolname = ANY ($1)',
    [ACCESS_ROLES],
  );
  const there = rows.map(({ rolname }) => rolname);
  for (const role of ACCESS_ROLES) if (!there.includes(role)) await session.query(`CREATE ROLE ${role}`);
  const { rows: membership } = await session.query<{ isMember: boolean }>(
    `SELECT pg_has_role('atp_migrate', 'USAGE') AS "isMember"`,
  );
  // Who makes a role may give it to others, but is no member of it.
  if (!membership[0]?.isMember) await session.query('GRANT atp_migrate TO CURRENT_USER');
}

/** Names of the schema and the database, quoted. */
async function placeOf(session: Connection): Promise<{ readonly schema: string; readonly name: string }> {
  const { rows } = await session.query<{ schema: string; name: string }>(
    'SELECT quote_ident(current_schema()) AS schema, quote_ident(current_database()) AS name',
  );
  return rows[0] ?? { schema: 'public', name: 'atp' };
}

/** Gives tables (their sequences come with them) and functions to `atp_migrate`; extensions keep theirs. */
async function giveToOwner(session: Connection): Promise<void> {
  await session.query(`
    DO $$ DECLARE statement text; BEGIN
      FOR statement IN
        SELECT format('ALTER TABLE %s OWNER TO atp_migrate', oid::regclass) FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
          AND relowner <> 'atp_migrate'::regrole
          AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
        UNION ALL
        SELECT format('ALTER FUNCTION %s OWNER TO atp_migrate', oid::regprocedure) FROM pg_proc
        WHERE pronamespace = current_schema()::regnamespace AND prokind = 'f'
          AND proowner <> 'atp_migrate'::regrole
          AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
      LOOP
        EXECUTE statement;
      END LOOP;
    END $$`);
}

/** The user of this connection, and what makes it mightier than a worker should be. */
export interface DatabaseUser {
  readonly name: string;
  readonly isSuperuser: boolean;
  /** Owns our tables, itself or as a member of their owner: it can switch their rules off. */
  readonly isOwner: boolean;
}

export async function readDatabaseUser(database: Database): Promise<DatabaseUser> {
  const [user] = await database.query<DatabaseUser>(
    `SELECT current_user AS name, rolsuper AS "isSuperuser",
       coalesce((SELECT pg_has_role(relowner, 'MEMBER') FROM pg_class WHERE oid = to_regclass('atp_migration')),
         false) AS "isOwner"
     FROM pg_roles WHERE rolname = current_user`,
  );
  if (!user) throw new Error('The database does not show our own user.');
  return user;
}
