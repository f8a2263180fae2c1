/** `atp config`: which services a command speaks to, and where each variable came from. */
import type { CliCommand } from './command.ts';
import type { BesideStack, ConfigView } from './machine.ts';
import { ExitCode } from './report.ts';
import { table } from './table.ts';

export const CONFIG_COMMANDS: readonly CliCommand[] = [
  {
    path: 'config',
    description: 'which services commands speak to, and where each variable came from; no secrets',
    argumentNames: [],
    fields: {},
    operations: [],
    run: async ({ machine }) => {
      const view = await machine.config();
      return {
        json: view,
        text: configText(view),
        exitCode: view.fault === null ? ExitCode.OK : ExitCode.WRONG_INPUT,
      };
    },
  },
];

/** One line for a person whose `atp status` and whose commands are about different systems. */
export function besideStackText({ services, from, stackFolder }: BesideStack): string {
  const places = from.map((place) => (place === 'environment' ? 'the environment' : place));
  const [isOrAre, those] = services.length === 1 ? ['is', 'that'] : ['are', 'those'];
  return `Note: ${services.join(' and ')} ${isOrAre} ${those} of ${places.join(' and ')}, not ${those} of the stack in ${stackFolder} (\`atp config\`).`;
}

const WHOSE = { yours: 'yours', stack: 'the stack’s' } as const;

function configText({ services, variables, stack, besideStack, fault }: ConfigView): string {
  const lines = services.map(({ name, whose, address }) => [
    name,
    address,
    whose === null ? 'not named: `atp up` starts one' : WHOSE[whose],
  ]);
  const rows = variables.map(({ name, value, from, isIgnored }) => [
    name,
    value,
    isIgnored ? `${from}, not used: the service is the stack’s` : (from ?? 'not set'),
  ]);
  return [
    table(['Service', 'Where', 'Whose'], lines, ''),
    table(['Variable', 'Value', 'From'], rows, ''),
    `The stack of ${stack.folder} ${stack.isRunning ? 'runs' : 'does not run'}.`,
    ...(besideStack === null ? [] : [besideStackText(besideStack)]),
    ...(fault === null ? [] : [fault]),
  ].join('\n');
}
