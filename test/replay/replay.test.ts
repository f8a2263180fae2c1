/**
 * The workflows of today replay the histories of runs that were recorded: a change of a workflow's story that would
 * break runs which are still open fails here. `node scripts/record-histories.ts` records them anew.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { DefaultLogger, makeTelemetryFilterString, Runtime, Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, test } from 'vitest';
import * as workflows from '../../workflows/index.ts';
import { workflowBundle } from '../../src/temporal/workflow-bundle.ts';

const HISTORIES = join(import.meta.dirname, 'histories');
const names = readdirSync(HISTORIES).map((file) => file.replace(/\.json$/, ''));

interface RecordedEvent {
  readonly workflowExecutionStartedEventAttributes?: { readonly workflowType: { readonly name: string } };
  readonly activityTaskScheduledEventAttributes?: { activityType: { name: string } };
}

interface Recorded {
  readonly events: readonly RecordedEvent[];
}

let bundle: Awaited<ReturnType<typeof workflowBundle>>;

beforeAll(async () => {
  // One history is meant to fail: its warnings would look like a fault of the run.
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
  });
  bundle = await workflowBundle();
});

function recorded(name: string): Recorded {
  return JSON.parse(readFileSync(join(HISTORIES, `${name}.json`), 'utf8')) as Recorded;
}

function replay(name: string, history: Recorded): Promise<void> {
  return Worker.runReplayHistory({ workflowBundle: bundle }, historyFromJSON(history), name);
}

describe('the workflows of today', () => {
  test.each(names)('replay %s', async (name) => {
    await replay(name, recorded(name));
  });

  test('have each a history, of a run that went well and of one that did not', () => {
    const byType = Map.groupBy(names, (name) => {
      const [started] = recorded(name).events;
      return started?.workflowExecutionStartedEventAttributes?.workflowType.name;
    });
    for (const type of Object.keys(workflows)) {
      expect(byType.get(type)?.length ?? 0, `histories of ${type}`).toBeGreaterThanOrEqual(2);
    }
  });
});

test('a history whose steps were another’s is refused', async () => {
  const history = recorded('hard-sync');
  const step = history.events.find((event) => event.activityTaskScheduledEventAttributes);
  if (!step?.activityTaskScheduledEventAttributes) throw new Error('The history has no step.');
  step.activityTaskScheduledEventAttributes.activityType = { name: 'anotherStep' };

  await expect(replay('tampered', history)).rejects.toThrow(/nondeterminism|non-?determinis/i);
});

test('histories hold no machine’s paths', () => {
  for (const name of names) {
    const text = readFileSync(join(HISTORIES, `${name}.json`), 'utf8');
    const payloads = [...text.matchAll(/"data": "([^"]+)"/g)].map(([, data]) => atob(data ?? ''));
    expect([text, ...payloads].filter((part) => /file:\/\/|\/home\/|\/root\//.test(part))).toEqual([]);
  }
});
