/** Errors of an activity, as Temporal gets them; inside of a real activity context. */
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger, type LogEntry } from '@temporalio/worker';
import { beforeEach, expect, test } from 'vitest';
import { AtpError, ERRORS } from '../../src/domain/errors.ts';
import { hintIn } from '../../src/domain/failure.ts';
import { mapFailures } from '../../src/temporal/failure-mapping.ts';

const logged: LogEntry[] = [];
beforeEach(() => logged.splice(0));

async function failureOfActivity(error: unknown): Promise<unknown> {
  const environment = new MockActivityEnvironment(
    {},
    {
      interceptors: [() => ({ inbound: mapFailures(() => undefined) })],
      logger: new DefaultLogger('ERROR', (entry) => logged.push(entry)),
    },
  );
  return environment
    .run(() => Promise.reject(error as Error))
    .then(
      () => new Error('It has not failed.'),
      (failure: unknown) => failure,
    );
}

/** What Temporal's UI shows first of a stack trace: the code, and the file in which it was thrown. */
function tracedTo(failure: unknown): readonly string[] {
  const [first = '', where = ''] = (failure as Error).stack?.split('\n') ?? [];
  return [first.replace(/:.*/, ''), where.replace(/^.*\/|:.*$/g, '')];
}

test('a bug leaves an activity as UNEXPECTED, which is tried again, with its message and without secrets', async () => {
  const failure = await failureOfActivity(new TypeError('cannot use postgres://atp:hunter2@db/atp'));
  expect(failure).toBeInstanceOf(ApplicationFailure);
  expect(failure).toMatchObject({
    type: 'UNEXPECTED',
    message: 'Something unexpected happened: TypeError: cannot use postgres://atp:***@db/atp.',
    nonRetryable: false,
  });
  // The history has where it happened without the error's words; the log has both.
  expect((failure as Error).cause).toBeUndefined();
  expect(tracedTo(failure)).toEqual(['UNEXPECTED', 'failure-mapping.test.ts']);
  expect((failure as Error).stack).not.toContain('hunter2');
  expect(logged.map(({ meta }) => meta)).toMatchObject([
    { stack: expect.stringMatching(/atp:\*\*\*@db[^]*failure-mapping\.test/) as string },
  ]);
  expect(hintIn((failure as ApplicationFailure).details)).toBe(ERRORS.UNEXPECTED.hint);
});

test('something thrown that is no error leaves an activity as UNEXPECTED', async () => {
  expect(await failureOfActivity('oh')).toMatchObject({
    type: 'UNEXPECTED',
    message: 'Something unexpected happened: oh.',
  });
});

test('a coded error leaves an activity under its code', async () => {
  const failure = await failureOfActivity(new AtpError('SHOP_UNKNOWN', { shopId: 'x' }));
  expect(failure).toMatchObject({ type: 'SHOP_UNKNOWN', nonRetryable: true });
  expect(tracedTo(failure)).toEqual(['SHOP_UNKNOWN', 'failure-mapping.test.ts']);
});

test('a cancellation leaves an activity as it is', async () => {
  const cancelled = new CancelledFailure('TIMED_OUT');
  expect(await failureOfActivity(cancelled)).toBe(cancelled);
});
