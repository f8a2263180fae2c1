/**
 * Parts that run already, which `npm test` lends to each benchmark that it runs small: to start them took most of its time. By hand there
 * are none, and a benchmark starts its own: a figure from a server that others use as well says nothing.
 */
import { randomUUID } from 'node:crypto';
import type { StackAddresses } from '../../src/stand-ins/stack.ts';
import { openDatabase } from '../../src/postgres/database.ts';

export interface LentParts {
  /** Of the maintenance database of a server on which anything may be made, and of a database there that is migrated. */
  readonly postgres: { readonly url: string; readonly templateName: string };
  /** A namespace and a folder that nobody else has. */
  readonly temporal: { readonly address: string; readonly namespace: string };
  readonly sftp: StackAddresses['sftp'];
}

/** The variable that has them, as JSON. */
export const LENT_PARTS = 'BENCH_LENT_PARTS';

/** Null: the benchmark starts its own. */
export function lentParts(): LentParts | null {
  const text = process.env[LENT_PARTS];
  return text === undefined ? null : (JSON.parse(text) as LentParts);
}

/** Runs `work` with the URL of a database of its own on the lent server, migrated and empty. */
export async function onLentServer<Result>(
  { url, templateName }: LentParts['postgres'],
  work: (url: string) => Promise<Result>,
): Promise<Result> {
  const name = `bench_${randomUUID().replaceAll('-', '')}`;
  await maintain(url, `CREATE DATABASE ${name} TEMPLATE ${templateName} STRATEGY FILE_COPY`);
  try {
    return await work(Object.assign(new URL(url), { pathname: `/${name}` }).href);
  } finally {
    await maintain(url, `DROP DATABASE ${name} WITH (FORCE)`);
  }
}

async function maintain(url: string, statement: string): Promise<void> {
  const maintenance = openDatabase(url);
  try {
    await maintenance.query(statement);
  } finally {
    await maintenance.close();
  }
}
