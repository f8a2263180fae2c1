import type { EqualKeyRule } from '../../domain/feed-source.ts';
import type { Connection } from '../database.ts';
import { IS_GOOD, refuseSql } from './resolving.ts';

/**
 * Refuses rows of `resolved_row` that say different things of one key, unless the source says that the last one counts: the order
 * of rows says nothing, so nobody can say which is right.
 *
 * @param key SQL of columns
 * @param values SQL of what is said
 */
export async function refuseContradictions(
  connection: Connection,
  rule: EqualKeyRule | null | undefined,
  {
    key,
    values,
    column,
  }: { readonly key: string; readonly values: readonly string[]; readonly column: string },
): Promise<void> {
  if (rule === 'last') return;
  for (const value of values) {
    await connection.query(
      refuseSql({
        from: `(SELECT row.row_number, ${key},
            min((${value})::text) OVER same <> max((${value})::text) OVER same AS is_contradicted,
            coalesce(lag(row.row_number) OVER rows, lead(row.row_number) OVER rows) AS other_row
          FROM resolved_row AS row WHERE ${IS_GOOD}
          WINDOW same AS (PARTITION BY ${key}), rows AS (PARTITION BY ${key} ORDER BY row.row_number))`,
        condition: 'row.is_contradicted',
        column: `'${column}'`,
        code: 'FEED_ROW_CONTRADICTED',
        detail: `'otherRow', row.other_row`,
      }),
    );
  }
}
