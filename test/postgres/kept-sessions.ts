import type { Connection, Database } from '../../src/postgres/database.ts';

/** A database whose sessions are used again: a connection of its own for each piece of work, but not a new one. */
export function withKeptSessions(database: Database): Database & { readonly closed: () => Promise<void> } {
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
        // As the end of a session does: a lock that stayed would let its next user pass where another waits.
        await connection.query('SELECT pg_advisory_unlock_all()');
        free.push(connection);
      }
    },
    async closed() {
      for (const end of ends) end();
      await Promise.all(all);
    },
  };
}
