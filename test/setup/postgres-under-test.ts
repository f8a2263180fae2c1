import type { PostgresOptions } from '../../src/stand-ins/postgres-server.ts';

/**
 * Which Postgres the tests run on. By default the embedded one, without its safety: it is faster, and the data is thrown
 * away. TEST_POSTGRES names the folder of another installation, such as `/usr/lib/postgresql/15`; that one runs with its
 * own defaults.
 */
export function postgresUnderTest(): Pick<PostgresOptions, 'installation' | 'durable'> {
  const installation = process.env['TEST_POSTGRES'];
  return installation ? { installation } : { durable: false };
}
