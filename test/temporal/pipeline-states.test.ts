/** Which list of the pipeline a run is in: that of the word that is shown of it. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Outcome } from '../../src/domain/jobs/outcome.ts';
import type { PipelineState } from '../../src/domain/jobs/pipeline-state.ts';
import { TASK_QUEUE } from '../../src/domain/workflow-names.ts';
import { askTemporal, connectTemporal, type TemporalClient } from '../../src/temporal/connection.ts';
import { readPipeline } from '../../src/temporal/pipeline.ts';
import { startOptionsOf } from '../../src/temporal/run-job.ts';
import { SEARCH_ATTRIBUTES } from '../../src/temporal/search-attributes.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { freshNamespace } from '../setup/fresh-namespace.ts';
import { until } from '../setup/until.ts';

/** Of Temporal's protocol: CommandType. */
const COMPLETE = 4;

/** Starts a run of its own shop. @param outcome null: it tells none, as a run of an earlier release */
async function startRun({ client }: TemporalClient, shopId: string, outcome: Outcome | null) {
  const { workflowType, typedSearchAttributes, ...start } = startOptionsOf({ job: 'hard-sync', shopId });
  const told = outcome === null ? [] : [{ key: SEARCH_ATTRIBUTES.outcome, value: outcome }];
  return client.workflow.start(workflowType, {
    ...start,
    typedSearchAttributes: [...typedSearchAttributes, ...told],
  });
}

/** A run that has completed to Temporal, whatever came of it. */
async function completeRun(temporal: TemporalClient, shopId: string, outcome: Outcome | null): Promise<void> {
  await startRun(temporal, shopId, outcome);
  const { client, namespace } = temporal;
  const { taskToken } = await askTemporal(temporal, () =>
    client.workflowService.pollWorkflowTaskQueue({ namespace, taskQueue: { name: TASK_QUEUE } }),
  );
  await client.workflowService.respondWorkflowTaskCompleted({
    ...{ namespace, taskToken, identity: randomUUID() },
    commands: [{ commandType: COMPLETE, completeWorkflowExecutionCommandAttributes: {} }],
  });
}

test('the lists of completed and of failed runs go by what came of a run, and one that told nothing by its status', async () => {
  const { address, namespace } = await freshNamespace();
  const temporal = await connectTemporal({ address, namespace, isConfigured: true, connection: { address } });
  cleanUp(() => temporal.close());
  await completeRun(temporal, 'failed', 'FAILED');
  await completeRun(temporal, 'held', 'HELD');
  await completeRun(temporal, 'done', 'DONE');
  await completeRun(temporal, 'told-nothing', null);
  await (await startRun(temporal, 'ended-by-force', null)).terminate();
  await startRun(temporal, 'under-way', null);
  const shopsOf = async (state?: PipelineState) =>
    (await readPipeline(temporal, { state, limit: 10 })).runs.map(({ shopId }) => shopId).toSorted();
  await until(async () => expect(await shopsOf()).toHaveLength(6));

  await until(async () => expect(await shopsOf('running')).toEqual(['under-way']));
  expect(await shopsOf('completed')).toEqual(['done', 'held', 'told-nothing']);
  expect(await shopsOf('failed')).toEqual(['ended-by-force', 'failed']);
  expect(await shopsOf('needs-attention')).toEqual(['ended-by-force', 'failed', 'held']);
});
