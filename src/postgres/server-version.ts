import { AtpError } from '../domain/errors.ts';
import type { Database } from './database.ts';

/**
 * Whether it takes writes. A hot standby lets everybody read. Asked over a new connection: one that is open keeps what was
 * set when it was opened.
 *
 * @throws AtpError DATABASE_READ_ONLY
 */
export async function requireWritable(database: Database): Promise<void> {
  const { rows } = await database.session((session) =>
    session.query<{ isReadOnly: boolean }>(
      `SELECT current_setting('transaction_read_only') = 'on' AS "isReadOnly"`,
    ),
  );
  if (rows[0]?.isReadOnly) throw new AtpError('DATABASE_READ_ONLY');
}

/** Such as `{text: '18.4', major: 18}`. */
export async function readServerVersion(
  database: Database,
): Promise<{ readonly text: string; readonly major: number }> {
  const [row] = await database.query<{ text: string; number: string }>(
    `SELECT current_setting('server_version') AS text, current_setting('server_version_num') AS number`,
  );
  if (!row) throw new Error('The database did not tell its version.');
  return { text: row.text.replace(/ .*/, ''), major: Math.floor(Number(row.number) / 10_000) };
}
