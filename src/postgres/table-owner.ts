import type { Connection } from './connection.ts';

/**
 * Lets a connection work as the owner of our tables, where its user is a member of that role: what a migration makes
 * then belongs to the same owner, whoever migrates. Does nothing in a database without our tables.
 */
export async function actAsOwner(connection: Pick<Connection, 'query'>): Promise<void> {
  await connection.query(
    `SELECT set_config('role', rolname, false) FROM pg_class JOIN pg_roles AS owner ON owner.oid = relowner
     WHERE pg_class.oid = to_regclass('atp_migration') AND rolname <> current_user AND pg_has_role(relowner, 'MEMBER')`,
  );
}
