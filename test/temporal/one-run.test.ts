/** One run as a real server tells of it. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { defaultPayloadConverter } from '@temporalio/common';
import { TASK_QUEUE } from '../../src/domain/workflow-names.ts';
import { askTemporal, connectTemporal } from '../../src/temporal/connection.ts';
import { readOneRun } from '../../src/temporal/one-run.ts';
import { startOptionsOf } from '../../src/temporal/run-job.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { freshNamespace } from '../setup/fresh-namespace.ts';

/** Of Temporal's protocol: CommandType. */
const CONTINUE_AS_NEW = 10;

test('a run that went on as a new one says so, and which one', async () => {
  const { address, namespace } = await freshNamespace();
  const temporal = await connectTemporal({ address, namespace, isConfigured: true, connection: { address } });
  cleanUp(() => temporal.close());
  const { client } = temporal;
  const { workflowType, ...start } = startOptionsOf({ job: 'process-uploads', shopId: 'acme' });
  const { workflowId, firstExecutionRunId: runId } = await client.workflow.start(workflowType, start);
  const taskQueue = { name: TASK_QUEUE };
  const { taskToken } = await askTemporal(temporal, () =>
    client.workflowService.pollWorkflowTaskQueue({ namespace, taskQueue }),
  );
  const continueAsNewWorkflowExecutionCommandAttributes = {
    ...{ workflowType: { name: workflowType }, taskQueue },
    input: { payloads: [defaultPayloadConverter.toPayload({ shopId: 'acme' })] },
  };
  await client.workflowService.respondWorkflowTaskCompleted({
    ...{ namespace, taskToken, identity: randomUUID() },
    commands: [{ commandType: CONTINUE_AS_NEW, continueAsNewWorkflowExecutionCommandAttributes }],
  });
  const { runId: next } = await client.workflow.getHandle(workflowId).describe();

  expect(next).not.toBe(runId);
  expect(await readOneRun(temporal, { workflowId, runId })).toMatchObject({
    status: 'CONTINUED_AS_NEW',
    summary: `Process uploads to eCommerce has gone on as the run ${next}`,
    parameters: { shopId: 'acme' },
    result: null,
  });
  expect((await readOneRun(temporal, { workflowId, runId: next })).status).toBe('RUNNING');
});
