import type { Database } from './database.ts';

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
