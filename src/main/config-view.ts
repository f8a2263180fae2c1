/** What `atp config` tells: the variables, whose each service is, and the stack of the folder. */
import type { ConfigView } from '../cli/machine.ts';
import { stateFolder } from '../config/config.ts';
import { readEffectiveConfig } from '../config/effective-config.ts';
import { readEnvironment, WHERE, type Service, type Surroundings } from '../config/environment.ts';
import { readStack } from '../stand-ins/stack-files.ts';
import { findBesideStack } from './beside-stack.ts';
import { SERVICE_NAMES } from './service-names.ts';

export function readConfigView(surroundings: Surroundings): ConfigView {
  const folder = stateFolder(surroundings);
  const { given, ofStack } = readEnvironment(folder, surroundings);
  const { variables, fault } = readEffectiveConfig(surroundings);
  const services = (Object.keys(SERVICE_NAMES) as Service[]).map((service) => {
    const found = variables.find(({ name }) => name === WHERE[service]);
    const isOfStack = ofStack.includes(service);
    const isSet = given.includes(service) || found?.from === 'temporal.toml';
    return {
      name: SERVICE_NAMES[service],
      whose: isOfStack ? ('stack' as const) : isSet ? ('yours' as const) : null,
      address: found?.value ?? null,
    };
  });
  return {
    services,
    variables,
    stack: { folder, isRunning: readStack(folder) !== null },
    besideStack: findBesideStack(surroundings),
    fault,
  };
}
