/** Writes those columns of one row that a person gives: `undefined` leaves a column as it is, `null` clears it. */

/** By column. Names come from the code, never from input. */
type Columns = Readonly<Record<string, unknown>>;

/** A database or one of its connections. */
interface Statements {
  query(sql: string, values: unknown[]): Promise<unknown>;
}

/** UPDATE of the row with this key. Without a column that is given, or without the row, nothing happens. */
export async function updateRow(on: Statements, table: string, key: Columns, change: Columns): Promise<void> {
  const given = givenOf(change);
  if (given.length === 0) return;
  const keys = Object.entries(key);
  const assignments = given.map(([column], index) => `${column} = $${index + 1}`);
  const conditions = keys.map(([column], index) => `${column} = $${given.length + index + 1}`);
  await on.query(
    `UPDATE ${table} SET ${assignments.join(', ')} WHERE ${conditions.join(' AND ')}`,
    [...given, ...keys].map(([, value]) => value),
  );
}

/** The same, and the row is made when it is not there: then a column that is not given has its default. */
export async function upsertRow(on: Statements, table: string, key: Columns, change: Columns): Promise<void> {
  const given = givenOf(change);
  if (given.length === 0) return;
  const columns = [...Object.entries(key), ...given];
  await on.query(
    `INSERT INTO ${table} (${columns.map(([column]) => column).join(', ')})
     VALUES (${columns.map((_, index) => `$${index + 1}`).join(', ')})
     ON CONFLICT (${Object.keys(key).join(', ')}) DO UPDATE
       SET ${given.map(([column]) => `${column} = excluded.${column}`).join(', ')}`,
    columns.map(([, value]) => value),
  );
}

function givenOf(change: Columns): [column: string, value: unknown][] {
  return Object.entries(change).filter(([, value]) => value !== undefined);
}
