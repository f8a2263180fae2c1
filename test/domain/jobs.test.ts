import { describe, expect, test } from 'vitest';
import { AtpError } from '../../src/domain/errors.ts';
import { JOB_NAMES, acceptJobInput, JOBS } from '../../src/domain/jobs/jobs.ts';
import type { Field } from '../../src/domain/input-fields.ts';
import { DECIDE_WORKFLOW_TYPE } from '../../src/domain/lane-decision.ts';
import type * as workflows from '../../workflows/index.ts';

function expectRefusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof AtpError) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error('It was accepted.');
}

describe('a job’s input', () => {
  test('is accepted as one object with the fields of the job', () => {
    expect(acceptJobInput('hard-sync', { shopId: 'blue-shirts', facilityGroupId: 'FAC_GRP' })).toEqual({
      shopId: 'blue-shirts',
      facilityGroupId: 'FAC_GRP',
    });
    expect(acceptJobInput('verify', { shopId: 'blue-shirts', sample: 5, heal: true })).toEqual({
      shopId: 'blue-shirts',
      sample: 5,
      heal: true,
    });
    expect(acceptJobInput('import', undefined)).toEqual({});
  });

  test.each([
    ['a text', 'blue-shirts'],
    ['missing', undefined],
    ['a list', ['blue-shirts']],
  ])('is refused when it is %s, and the message says what it must be', (_what, input) => {
    expect(expectRefusal(() => acceptJobInput('process-uploads', input))).toBe(
      'INPUT_INVALID: The input is not valid: it must be one JSON object with shopId.',
    );
  });

  test('is refused when it lacks the shop, and the message names the field', () => {
    expect(expectRefusal(() => acceptJobInput('hard-sync', {}))).toContain('shopId is missing');
  });

  test('is refused when a field is misspelt, and the message lists the fields', () => {
    expect(
      expectRefusal(() => acceptJobInput('hard-sync', { shopId: 'a', facilityGroup: 'FAC_GRP' })),
    ).toContain('there is no field "facilityGroup"; the fields are shopId, facilityGroupId');
  });

  test.each(['../etc', '', 'a b', 7, null])('is refused when its shop id is %j', (shopId) => {
    expect(expectRefusal(() => acceptJobInput('process-uploads', { shopId }))).toContain('INPUT_INVALID');
  });

  test.each([0, -1, 1.5, '5'])('is refused when its sample is %j', (sample) => {
    expect(expectRefusal(() => acceptJobInput('verify', { shopId: 'a', sample }))).toContain(
      'sample must be a whole number',
    );
  });
});

test('every job’s workflow is exported by workflows/index.ts: this does not compile when one is forgotten', () => {
  const exported: readonly (keyof typeof workflows)[] = [
    ...JOB_NAMES.map((job) => JOBS[job].workflowType),
    DECIDE_WORKFLOW_TYPE,
  ];
  expect(exported).toHaveLength(JOB_NAMES.length + 1);
});

test('a parameter that several jobs take is the same field in each: `atp job run` takes one for all', () => {
  const fields = Object.values(JOBS).flatMap((job) => Object.entries<Field>(job.fields));
  for (const [name, field] of fields) {
    const others = fields.filter(([other]) => other === name);
    for (const [, other] of others) expect({ name, ...other }).toEqual({ name, ...field });
  }
});
