import { accessSync, constants } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { z } from 'zod';
import { API_VERSION_DEFAULT, API_VERSION_PATTERN, API_VERSION_WANTED } from '../domain/api-version.ts';
import { readDatabaseUrl } from '../domain/database-url.ts';
import { AtpError } from '../domain/errors.ts';
import { METRICS_PORT } from '../domain/limits.ts';
import type { ProviderSettings } from '../domain/identity-provider.ts';
import { apiVariables, type ApiSettings } from './api-variables.ts';
import {
  ownSurroundings,
  readEnvironment,
  type Environment,
  type Service,
  type Surroundings,
} from './environment.ts';
import { oidcVariables } from './oidc-variables.ts';
import type { SftpSettings } from '../sftp/sftp-settings.ts';
import type { TemporalSettings } from '../temporal/connection.ts';

/** Everything that the environment decides. It contains secrets: never log it. */
export interface Config {
  readonly databaseUrl: string;
  readonly sftp: SftpSettings;
  readonly temporal: TemporalSettings;
  readonly shopifyApiVersion: string;
  /** Where Temporal's web UI is, without a slash at the end; null when it is not set. */
  readonly temporalUiUrl: string | null;
  /** The name of the worker's deployment in Temporal's Worker Versioning; null: without it. */
  readonly workerDeployment: string | null;
  /** Where the worker tells its metrics and its health; null: nowhere. */
  readonly metricsAddress: MetricsAddress | null;
  /** Where `atp serve` listens. */
  readonly api: ApiSettings;
  /** By whom people sign in, beside accounts of ours; null: by nobody else. */
  readonly identityProvider: ProviderSettings | null;
  /** What the worker's log leaves out is below this level. */
  readonly logLevel: LogLevel;
  /** What a shop's `env:NAME` reference is looked up in. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where the embedded stack keeps its state. Absolute. */
  readonly stateDir: string;
}

export interface MetricsAddress {
  readonly host: string;
  readonly port: number;
  /** Somebody has asked for this very address, so the worker does not start without it. */
  readonly isGiven: boolean;
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A service that a process is going to use; only its variables are required and checked. */
export type ConfigNeed = Service;

interface FieldOfNeed {
  readonly database: 'databaseUrl';
  readonly sftp: 'sftp';
  readonly temporal: 'temporal';
}

/** The configuration of a process that needs these services; it has no fields of other services. */
export type ConfigFor<Need extends ConfigNeed> = Readonly<
  Pick<
    Config,
    | FieldOfNeed[Need]
    | 'shopifyApiVersion'
    | 'temporalUiUrl'
    | 'workerDeployment'
    | 'metricsAddress'
    | 'api'
    | 'identityProvider'
    | 'logLevel'
    | 'environment'
    | 'stateDir'
  >
>;

const PROJECT_ROOT = resolve(import.meta.dirname, '../..');
/** Read from the process's environment only, since it says where the last of the other variables are. */
const STATE_DIR_VARIABLE = 'ATP_STATE_DIR';
const SFTP_PORT = 22;
/** The defaults of Temporal's own tools. */
export const TEMPORAL_DEFAULTS = { address: 'localhost:7233', namespace: 'default' } as const;

/**
 * Reads the environment into a checked and frozen object. environment.ts says where each variable is looked for.
 *
 * @throws AtpError CONFIG_INVALID, which names all faults at once, and no value: a value may be a secret.
 */
export function loadConfig<const Need extends ConfigNeed>(
  needs: readonly Need[],
  surroundings: Surroundings = ownSurroundings(),
): ConfigFor<Need> {
  const stateDir = stateFolder(surroundings);
  const environment = readEnvironment(stateDir, surroundings);
  const { variables } = environment;
  const faults: string[] = [];
  const parse = <Output>(schema: z.ZodType<Output>): Output | undefined => {
    const parsed = schema.safeParse(variables);
    if (parsed.success) return parsed.data;
    faults.push(
      ...parsed.error.issues.map(({ path, message }) =>
        path.length > 0 ? `${path.join('.')} ${message}` : message,
      ),
    );
    return undefined;
  };
  const needed = new Set<ConfigNeed>(needs);
  const config = {
    stateDir,
    environment: variables,
    shopifyApiVersion: parse(shopifyVariables),
    temporalUiUrl: parse(temporalUiVariables),
    workerDeployment: parse(deploymentVariables),
    metricsAddress: parse(metricsVariables),
    api: parse(apiVariables),
    identityProvider: parse(oidcVariables),
    logLevel: parse(logVariables),
    ...(needed.has('database') && { databaseUrl: parse(databaseVariables) }),
    ...(needed.has('sftp') && { sftp: parse(sftpVariables) }),
    ...(needed.has('temporal') && { temporal: readTemporal(environment, faults) }),
  };
  if (faults.length > 0) throw new AtpError('CONFIG_INVALID', { reason: faults.join('; ') });
  return Object.freeze(config) as ConfigFor<Need>;
}

/**
 * The configuration of the services that the environment or `.env` sets; the others have no field. An embedded stack
 * uses these services as they are.
 *
 * @throws AtpError CONFIG_INVALID, which names all their faults
 */
export function loadExistingServices(): ConfigFor<never> & Partial<Pick<Config, FieldOfNeed[ConfigNeed]>> {
  return loadConfig(readEnvironment(stateFolder(), ownSurroundings()).given);
}

/** Where the embedded stack keeps its state: ATP_STATE_DIR, or `.atp` in the project, which git ignores. */
export function stateFolder({ variables, folder }: Surroundings = ownSurroundings()): string {
  return resolve(folder, variables[STATE_DIR_VARIABLE] || join(PROJECT_ROOT, '.atp'));
}

/** Where downloaded programs are kept: in one place for all stacks of the project. */
export function partsFolder(): string {
  return join(PROJECT_ROOT, '.atp/parts');
}

const shopifyVariables = z
  .object({
    SHOPIFY_API_VERSION: z
      .string()
      .regex(new RegExp(API_VERSION_PATTERN), {
        error: `must be ${API_VERSION_WANTED}`,
      })
      .default(API_VERSION_DEFAULT),
  })
  .transform((variables) => variables.SHOPIFY_API_VERSION);

const temporalUiVariables = z
  .object({
    TEMPORAL_UI_URL: z
      .string()
      .refine((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''), {
        error: 'must be http(s)://host, where Temporal’s web UI is',
      })
      .optional(),
  })
  .transform(({ TEMPORAL_UI_URL }) => TEMPORAL_UI_URL?.replace(/\/+$/, '') ?? null);

const deploymentVariables = z
  .object({
    ATP_WORKER_DEPLOYMENT: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,100}$/, { error: 'must be a name of letters, digits, - and _' })
      .optional(),
  })
  .transform(({ ATP_WORKER_DEPLOYMENT }) => ATP_WORKER_DEPLOYMENT ?? null);

const METRICS_ADDRESS_WANTED = { error: 'must be host:port, or off' };
const PORT_MAX = 65_535;

const metricsVariables = z
  .object({
    ATP_METRICS_ADDRESS: z
      .string()
      .regex(/^(off|(\[[0-9a-f:]+\]|[^\s:/@]+):\d{1,5})$/i, METRICS_ADDRESS_WANTED)
      .refine(
        (text) => Number(text.split(':').at(-1)) <= PORT_MAX || /^off$/i.test(text),
        METRICS_ADDRESS_WANTED,
      )
      .optional(),
  })
  .transform(({ ATP_METRICS_ADDRESS }): MetricsAddress | null => {
    if (ATP_METRICS_ADDRESS === undefined) return { host: '127.0.0.1', port: METRICS_PORT, isGiven: false };
    if (ATP_METRICS_ADDRESS.toLowerCase() === 'off') return null;
    const colon = ATP_METRICS_ADDRESS.lastIndexOf(':');
    return {
      host: ATP_METRICS_ADDRESS.slice(0, colon).replace(/^\[(.*)\]$/, '$1'),
      port: Number(ATP_METRICS_ADDRESS.slice(colon + 1)),
      isGiven: true,
    };
  });

const logVariables = z
  .object({
    ATP_LOG_LEVEL: z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` }).default('info'),
  })
  .transform(({ ATP_LOG_LEVEL }) => ATP_LOG_LEVEL);

const databaseVariables = z
  .object({
    DATABASE_URL: z.string({ error: 'is not set' }).superRefine((text, context) => {
      const address = readDatabaseUrl(text);
      if ('fault' in address) {
        context.addIssue(address.fault);
        return;
      }
      const missing = Object.values(address.files).filter((path) => !isReadable(path));
      if (missing.length > 0) context.addIssue(`names files that cannot be read: ${missing.join(', ')}`);
    }),
  })
  .transform((variables) => variables.DATABASE_URL);

const sftpVariables = z
  .object({
    SFTP_URL: z.string({ error: 'is not set' }).transform((text, context) => {
      const url = sftpUrl(text);
      if (url !== null) return url;
      context.addIssue('must be sftp://user@host:port/folder');
      return z.NEVER;
    }),
    SFTP_HOST_KEY: z
      .string({ error: 'is not set; `ssh-keyscan <host> | ssh-keygen -lf -` prints the fingerprint to pin' })
      .regex(/^SHA256:[A-Za-z0-9+/]{43}=?$/, { error: 'must be SHA256:… as ssh-keygen -l prints it' }),
    SFTP_PRIVATE_KEY_FILE: z.string().refine(isReadable, { error: 'names no readable file' }).optional(),
  })
  .refine(({ SFTP_URL, SFTP_PRIVATE_KEY_FILE }) => SFTP_PRIVATE_KEY_FILE || SFTP_URL.password !== '', {
    error: 'SFTP_PRIVATE_KEY_FILE is not set, and SFTP_URL holds no password',
  })
  .transform(({ SFTP_URL: url, SFTP_HOST_KEY, SFTP_PRIVATE_KEY_FILE }): SftpSettings =>
    Object.freeze({
      host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: url.port === '' ? SFTP_PORT : Number(url.port),
      username: decodeURIComponent(url.username),
      password: url.password === '' ? null : decodeURIComponent(url.password),
      privateKeyFile: SFTP_PRIVATE_KEY_FILE === undefined ? null : resolve(SFTP_PRIVATE_KEY_FILE),
      hostKey: SFTP_HOST_KEY.replace(/=$/, ''),
      root: decodeURIComponent(url.pathname).replace(/(?<=.)\/+$/, '') || '/',
    }),
  );

/** Null when the text is not an SFTP address that we can use. */
function sftpUrl(text: string): URL | null {
  const url = URL.parse(text);
  if (url?.protocol !== 'sftp:' || url.hostname === '' || url.username === '') return null;
  try {
    [url.username, url.password, url.pathname].forEach(decodeURIComponent);
    return url;
  } catch {
    return null;
  }
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/** Reads the variables and the temporal.toml of Temporal's own tools. */
function readTemporal({ variables, ofStack }: Environment, faults: string[]): TemporalSettings | undefined {
  try {
    const profile = variables['TEMPORAL_PROFILE'];
    const { connectionOptions, namespace } = loadClientConnectConfig({
      overrideEnvVars: variables,
      disableFile: ofStack.includes('temporal'),
      ...(profile !== undefined && { profile }),
    });
    const { address, apiKey, tls, metadata } = connectionOptions;
    return Object.freeze({
      address: address ?? TEMPORAL_DEFAULTS.address,
      namespace: namespace ?? TEMPORAL_DEFAULTS.namespace,
      isConfigured: address !== undefined,
      connection: Object.freeze({
        address: address ?? TEMPORAL_DEFAULTS.address,
        ...(apiKey !== undefined && { apiKey }),
        ...(tls !== undefined && { tls }),
        ...(metadata !== undefined && { metadata }),
      }),
    });
  } catch (error) {
    // Only the first line: a parser may quote lines of the file around the fault, and they may contain keys.
    const [reason] = (error as Error).message.split('\n');
    faults.push(`TEMPORAL_* or temporal.toml cannot be used: ${reason}`);
    return undefined;
  }
}

/**
 * The variables that Temporal's own library reads, as far as our documents name them; it reads a few more (codecs, gRPC
 * metadata, certificates as text).
 */
const TEMPORAL_VARIABLES = [
  'TEMPORAL_ADDRESS',
  'TEMPORAL_NAMESPACE',
  'TEMPORAL_API_KEY',
  'TEMPORAL_TLS',
  'TEMPORAL_TLS_CLIENT_CERT_PATH',
  'TEMPORAL_TLS_CLIENT_KEY_PATH',
  'TEMPORAL_TLS_SERVER_CA_CERT_PATH',
  'TEMPORAL_TLS_SERVER_NAME',
  'TEMPORAL_PROFILE',
  'TEMPORAL_CONFIG_FILE',
];

/**
 * Every variable that is read. docs/reference/config.md lists exactly these, and .env.example those that `.env` may set:
 * test/config tells which list is stale.
 */
export const VARIABLES: {
  readonly inDotEnv: readonly string[];
  readonly inEnvironmentOnly: readonly string[];
} = {
  inDotEnv: [
    ...[databaseVariables, sftpVariables].flatMap((schema) => Object.keys(schema.in.shape)),
    ...TEMPORAL_VARIABLES,
    ...[
      temporalUiVariables,
      deploymentVariables,
      metricsVariables,
      apiVariables,
      oidcVariables,
      logVariables,
      shopifyVariables,
    ].flatMap((schema) => Object.keys(schema.in.shape)),
  ],
  inEnvironmentOnly: [STATE_DIR_VARIABLE],
};
