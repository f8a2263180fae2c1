/** Whether commands speak to other services than those of the stack that runs for the same folder. */
import type { BesideStack } from '../cli/machine.ts';
import { stateFolder } from '../config/config.ts';
import { readEnvironment, WHERE, type Service, type Surroundings } from '../config/environment.ts';
import { readStack, stackEnvironment } from '../stand-ins/stack-files.ts';
import { SERVICE_NAMES } from './service-names.ts';

/** Null: no stack runs, or all that commands use is what the stack uses. */
export function findBesideStack(surroundings: Surroundings): BesideStack | null {
  const stackFolder = stateFolder(surroundings);
  const { given, variables, sources } = readEnvironment(stackFolder, surroundings);
  if (given.length === 0) return null;
  const stack = readStack(stackFolder);
  if (stack === null) return null;
  const ofStack = stackEnvironment({ ...stack, existing: [] });
  const others = given.filter((service) => {
    const where = WHERE[service];
    return placeOf(service, variables) !== placeOf(service, { ...ofStack, [where]: ofStack[where] ?? '' });
  });
  if (others.length === 0) return null;
  return {
    services: others.map((service) => SERVICE_NAMES[service]),
    from: [...new Set(others.map((service) => sources[WHERE[service]] ?? 'environment'))],
    stackFolder,
  };
}

/** What is the same for one service, however its user and its password are given. */
function placeOf(service: Service, variables: Readonly<Record<string, string>>): string {
  const address = variables[WHERE[service]] ?? '';
  if (service === 'temporal') return `${address} ${variables['TEMPORAL_NAMESPACE'] ?? 'default'}`;
  const url = URL.parse(address);
  return url === null ? address : `${url.host}${url.pathname.replace(/\/+$/, '')}`;
}
