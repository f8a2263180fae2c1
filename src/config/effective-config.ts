/** What each variable is, and where it came from: for a person who wonders which system a command speaks to. No secrets. */
import { API_VERSION_DEFAULT } from '../domain/api-version.ts';
import { isCoded } from '../domain/errors.ts';
import { withoutSecrets } from '../domain/without-secrets.ts';
import { loadConfig, stateFolder, TEMPORAL_DEFAULTS, VARIABLES } from './config.ts';
import {
  ownSurroundings,
  readEnvironment,
  serviceOf,
  type Environment,
  type Service,
  type Source,
  type Surroundings,
} from './environment.ts';

export interface EffectiveVariable {
  readonly name: string;
  /** With `***` for what is secret; null: it has none. */
  readonly value: string | null;
  /** Null: it is not set, and has no default. */
  readonly from: Source | 'temporal.toml' | 'default' | null;
  /** Set for another service than the one that is used, which is the stack's: it does not count. */
  readonly isIgnored: boolean;
}

export interface EffectiveConfig {
  /** In the order of docs/reference/config.md; variables of Temporal's library that it does not name come last. */
  readonly variables: readonly EffectiveVariable[];
  /** What is wrong with the variables that are set; null: nothing. */
  readonly fault: string | null;
}

export function readEffectiveConfig(surroundings: Surroundings = ownSurroundings()): EffectiveConfig {
  const stateDir = stateFolder(surroundings);
  const environment = readEnvironment(stateDir, surroundings);
  const { given, ofStack, sources, ignored } = environment;
  const defaults = { ...temporalDefaults(environment, surroundings), ...DEFAULTS };
  const known = [...VARIABLES.inDotEnv, ...VARIABLES.inEnvironmentOnly];
  const others = Object.keys(sources).filter(
    (name) => serviceOf(name) === 'temporal' && !known.includes(name),
  );
  const variables = [...known, ...others].map((name): EffectiveVariable => {
    const value = environment.variables[name] ?? ignored[name];
    const from = sources[name] ?? null;
    if (value !== undefined && from !== null) {
      return { name, value: shownValue(name, value), from, isIgnored: !(name in environment.variables) };
    }
    if (name === 'ATP_STATE_DIR') return { name, value: stateDir, from: 'default', isIgnored: false };
    return { name, value: null, from: null, ...defaults[name], isIgnored: false };
  });
  return { variables, fault: faultOf([...given, ...ofStack], surroundings) };
}

type Default = Pick<EffectiveVariable, 'value' | 'from'>;

const DEFAULTS: Readonly<Record<string, Default>> = {
  SHOPIFY_API_VERSION: { value: API_VERSION_DEFAULT, from: 'default' },
};

/** Where Temporal is when no variable says so: a profile of temporal.toml may. */
function temporalDefaults(
  { ofStack }: Environment,
  surroundings: Surroundings,
): Readonly<Record<string, Default>> {
  const { address, namespace } = TEMPORAL_DEFAULTS;
  let found: { readonly address: string; readonly namespace: string } = { address, namespace };
  try {
    found = loadConfig(['temporal'], surroundings).temporal;
  } catch {
    // What cannot be used is told as a fault, with the others.
  }
  const isOfFile = (value: string, byDefault: string) => !ofStack.includes('temporal') && value !== byDefault;
  return {
    TEMPORAL_ADDRESS: {
      value: found.address,
      from: isOfFile(found.address, address) ? 'temporal.toml' : 'default',
    },
    TEMPORAL_NAMESPACE: {
      value: found.namespace,
      from: isOfFile(found.namespace, namespace) ? 'temporal.toml' : 'default',
    },
  };
}

/** A service that nothing names lacks its variables, which is no fault before something needs it. */
function faultOf(services: readonly Service[], surroundings: Surroundings): string | null {
  try {
    loadConfig(services, surroundings);
    return null;
  } catch (error) {
    if (isCoded(error, 'CONFIG_INVALID')) return error.message;
    throw error;
  }
}

/** Variables whose values may be seen, apart from passwords in addresses. */
const SHOWN = new Set([...VARIABLES.inDotEnv, ...VARIABLES.inEnvironmentOnly]);
SHOWN.delete('TEMPORAL_API_KEY');

function shownValue(name: string, value: string): string {
  if (!SHOWN.has(name)) return '***';
  if (!/^\w+:\/\//.test(value)) return ADDRESSES.test(name) ? '***' : withoutSecrets(value);
  const url = URL.parse(value);
  if (url === null) return '***';
  if (url.password !== '') url.password = '***';
  for (const parameter of [...url.searchParams.keys()]) {
    // A password may stand here, too, or whatever a driver takes.
    if (!parameter.startsWith('ssl')) url.searchParams.set(parameter, '***');
  }
  return url.href;
}

/** What must be a URL: another text there may be a password that was put in the wrong place. */
const ADDRESSES = /_URL$/;
