import type { Connection, Database } from '../../src/postgres/database.ts';

/** A database that uses its sessions again: each piece of work has a connection of its own, but seldom a new one. */
export function withKeptSessions(
  database: Database,
): Database & { readonly closeSessions: () => Promise<void> } {
  const free: Connection[] = [];
  const ends: (() => void)[] = [];
  const all: Promise<void>[] = [];

  async function open(): Promise<Connection> {
    const opened = Promise.withResolvers<Connection>();
    const whole = database.session(async (connection) => {
      opened.resolve(connection);
      await new Promise<void>((end) => ends.push(end));
    });
    whole.catch(opened.reject);
    all.push(whole);
    return opened.promise;
  }

  return {
    ...database,
    async session(work) {
      const connection = free.pop() ?? (await open());
      try {
        return await work(connection);
      } finally {
        // The end of a session would release its locks. One that stayed would let the next user pass where others wait.
        await connection.query('SELECT pg_advisory_unlock_all()');
        free.push(connection);
      }
    },
    async closeSessions() {
      for (const end of ends) end();
      await Promise.all(all);
    },
  };
}
