import { setUpTemporal } from '../operations/temporal.ts';
import { command } from './command.ts';

export const TEMPORAL_COMMANDS = [
  command({
    path: 'temporal setup',
    operation: setUpTemporal,
    show: ({ address, namespace, isNew, added }) =>
      [
        ...(isNew ? [`Made the namespace ${namespace}.`] : []),
        ...added.map((name) => `Added the search attribute ${name}.`),
        `The namespace ${namespace} at ${address} is ready.`,
      ].join('\n'),
  }),
];
