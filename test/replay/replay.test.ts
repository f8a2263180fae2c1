/**
 * Today's workflows replay recorded histories. A change in the order of a workflow's steps would break runs that are
 * still open, and fails here. `node scripts/record-histories.ts --all` records the histories anew.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { DefaultLogger, makeTelemetryFilterString, Runtime, Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, test } from 'vitest';
import * as workflows from '../../workflows/index.ts';
import { bundleWorkflows } from '../../src/temporal/workflow-bundle.ts';

const HISTORIES = join(import.meta.dirname, 'histories');
const names = readdirSync(HISTORIES).map((file) => file.replace(/\.json$/, ''));

interface RecordedEvent {
  readonly workflowExecutionStartedEventAttributes?: { readonly workflowType: { readonly name: string } };
  readonly activityTaskScheduledEventAttributes?: { activityType: { name: string } };
}

interface RecordedHistory {
  readonly events: readonly RecordedEvent[];
}

let bundle: Awaited<ReturnType<typeof bundleWorkflows>>;

beforeAll(async () => {
  // One replay fails on purpose: its warnings would look like a fault of the test run.
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
  });
  bundle = await bundleWorkflows();
});

function readHistory(name: string): RecordedHistory {
  return JSON.parse(readFileSync(join(HISTORIES, `${name}.json`), 'utf8')) as RecordedHistory;
}

function replay(name: string, history: RecordedHistory): Promise<void> {
  return Worker.runReplayHistory({ workflowBundle: bundle }, historyFromJSON(history), name);
}

describe('today’s workflows', () => {
  test.each(names)('replay the recorded history %s', async (name) => {
    await replay(name, readHistory(name));
  });

  test('have at least two recorded histories each', () => {
    const byType = Map.groupBy(names, (name) => {
      const [started] = readHistory(name).events;
      return started?.workflowExecutionStartedEventAttributes?.workflowType.name;
    });
    for (const type of Object.keys(workflows)) {
      expect(byType.get(type)?.length ?? 0, `histories of ${type}`).toBeGreaterThanOrEqual(2);
    }
  });
});

test('the replay of a history fails when a step in it was another one', async () => {
  const history = readHistory('hard-sync');
  const step = history.events.find((event) => event.activityTaskScheduledEventAttributes);
  if (!step?.activityTaskScheduledEventAttributes) throw new Error('The history has no step.');
  step.activityTaskScheduledEventAttributes.activityType = { name: 'anotherStep' };

  await expect(replay('tampered', history)).rejects.toThrow(/nondeterminism|non-?determinis/i);
});

test('the recorded histories contain no path of a machine', () => {
  for (const name of names) {
    const text = readFileSync(join(HISTORIES, `${name}.json`), 'utf8');
    const payloads = [...text.matchAll(/"data": "([^"]+)"/g)].map(([, data]) => atob(data ?? ''));
    expect([text, ...payloads].filter((part) => /file:\/\/|\/home\/|\/root\//.test(part))).toEqual([]);
  }
});
