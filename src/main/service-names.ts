import type { Service } from '../config/environment.ts';

/** Their names for a person, in the order of messages. */
export const SERVICE_NAMES = {
  temporal: 'Temporal',
  database: 'Postgres',
  sftp: 'SFTP',
} as const satisfies Record<Service, string>;
