import { defineOperation } from './operation.ts';

export const setUpTemporal = defineOperation({
  name: 'temporal.setup',
  role: 'admin',
  description: 'make the Temporal namespace and its search attributes; keeps what is there',
  fields: {},
  // A new installation may prepare Temporal before its database.
  isRecordedAfterwards: true,
  run: async ({ app }) => {
    const { setUpNamespace } = await import('../temporal/namespace-setup.ts');
    const temporal = await app.temporal();
    return { address: temporal.address, ...(await setUpNamespace(temporal)) };
  },
  hasDone: ({ isNew, added }) => isNew || added.length > 0,
});
