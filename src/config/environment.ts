/**
 * The variables of this process, from three places: the process's environment, then `.env` of the working folder, then
 * `stack.env`, which the embedded stack writes. An empty variable counts as absent.
 *
 * All variables of one service come from the same side. If neither the environment nor `.env` says where a service is,
 * only the variables of `stack.env` count for it: so a key, a namespace or a profile that is meant for another service is
 * not used on the stack's.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { AtpError } from '../domain/errors.ts';

/** A service that we use, with variables of its own. */
export type Service = 'database' | 'sftp' | 'temporal';

export type Variables = Readonly<Record<string, string>>;

/** Where a variable was found. */
export type Source = 'environment' | '.env' | 'stack.env';

export interface Environment {
  readonly variables: Variables;
  /** Of every variable that is set, also of those that do not count. */
  readonly sources: Readonly<Record<string, Source>>;
  /** Set in the environment or in `.env`, but for another service than the stack's, which is used. */
  readonly ignored: Variables;
  /** The services whose address the environment or `.env` sets. The embedded stack starts the others. */
  readonly given: readonly Service[];
  /** The services whose variables are those of the running embedded stack. */
  readonly ofStack: readonly Service[];
}

/** The variable that says where a service is, and the pattern of all its variables. */
const SERVICES: Readonly<Record<Service, { readonly where: string; readonly all: RegExp }>> = {
  database: { where: 'DATABASE_URL', all: /^DATABASE_URL$/ },
  sftp: { where: 'SFTP_URL', all: /^SFTP_/ },
  temporal: { where: 'TEMPORAL_ADDRESS', all: /^TEMPORAL_/ },
};

/** The variable that says where a service is. */
export const WHERE: Readonly<Record<Service, string>> = {
  database: SERVICES.database.where,
  sftp: SERVICES.sftp.where,
  temporal: SERVICES.temporal.where,
};

/** Where a command runs: its variables, and the working folder in which `.env` is looked for. */
export interface Surroundings {
  readonly variables: NodeJS.Dict<string>;
  readonly folder: string;
}

/** Those of this process. */
export function ownSurroundings(): Surroundings {
  return { variables: process.env, folder: process.cwd() };
}

/** @throws AtpError CONFIG_INVALID when a file is there and cannot be read */
export function readEnvironment(stateDir: string, { variables, folder }: Surroundings): Environment {
  const dotEnv = variablesOf(resolve(folder, '.env'));
  const ofProcess = withoutEmpty(variables);
  const own = { ...dotEnv, ...ofProcess };
  const stack = variablesOf(join(stateDir, 'stack.env'));
  const services = Object.keys(SERVICES) as Service[];
  const given = services.filter((service) => SERVICES[service].where in own);
  const ofStack = services.filter((service) => !given.includes(service) && SERVICES[service].where in stack);
  const isOf = (some: readonly Service[], name: string): boolean =>
    some.some((service) => SERVICES[service].all.test(name));
  const ofStackAlone = without(stack, (name) => isOf(given, name));
  return {
    variables: { ...ofStackAlone, ...without(own, (name) => isOf(ofStack, name)) },
    sources: {
      ...allFrom('.env', dotEnv),
      ...allFrom('environment', ofProcess),
      ...allFrom(
        'stack.env',
        without(ofStackAlone, (name) => name in own && !isOf(ofStack, name)),
      ),
    },
    ignored: without(own, (name) => !isOf(ofStack, name) || name in stack),
    given,
    ofStack,
  };
}

/** The service that a variable belongs to; null: to none of them. */
export function serviceOf(name: string): Service | null {
  return (Object.keys(SERVICES) as Service[]).find((service) => SERVICES[service].all.test(name)) ?? null;
}

function allFrom(source: Source, variables: Variables): Readonly<Record<string, Source>> {
  return Object.fromEntries(Object.keys(variables).map((name) => [name, source]));
}

function variablesOf(path: string): Variables {
  try {
    return withoutEmpty(parseEnv(readFileSync(path, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new AtpError('CONFIG_INVALID', { reason: `${path} cannot be read` }, { cause: error });
  }
}

function withoutEmpty(variables: NodeJS.Dict<string>): Variables {
  return without(variables as Variables, (name) => !variables[name]?.trim());
}

function without(variables: Variables, isLeftOut: (name: string) => boolean): Variables {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !isLeftOut(name)));
}
