import { expect, test } from 'vitest';
import { ofSdk } from '../../src/temporal/sdk-log.ts';

test('a try of a step that failed is told at debug, without the bytes of its token', () => {
  const details = { workflowId: 'importInventory', attempt: 3, taskToken: 'CiQ3…', sdkComponent: 'worker' };
  expect(ofSdk('warn', 'Activity failed', details)).toEqual({
    level: 'debug',
    details: { workflowId: 'importInventory', attempt: 3 },
  });
});

test('that the SDK cannot work on a run stays an error', () => {
  const details = { error: new Error('unknown workflow type') };
  expect(ofSdk('error', 'Failed to process Workflow Activation', details)).toEqual({
    level: 'error',
    details,
  });
});
