import { describe, expect, test } from 'vitest';
import { AtpError } from '../../src/domain/errors.ts';
import { importJob, laneJob, produceJob, verifyJob } from '../../src/domain/job-input.ts';

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof AtpError) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error('It was accepted.');
}

describe('a job’s input', () => {
  test('is one object with the fields of the job', () => {
    expect(produceJob({ shopId: 'blue-shirts', facilityGroupId: 'FAC_GRP' })).toEqual({
      shopId: 'blue-shirts',
      facilityGroupId: 'FAC_GRP',
    });
    expect(verifyJob({ shopId: 'blue-shirts', sample: 5, heal: true })).toEqual({
      shopId: 'blue-shirts',
      sample: 5,
      heal: true,
    });
    expect(importJob(undefined)).toEqual({});
  });

  test.each([
    ['a text', 'blue-shirts'],
    ['nothing', undefined],
    ['a list', ['blue-shirts']],
  ])('that is %s is refused, and told what it must be', (_what, input) => {
    expect(refusal(() => laneJob(input))).toBe(
      'INPUT_INVALID: The input is not valid: it must be one JSON object with shopId.',
    );
  });

  test('that lacks the shop names the field', () => {
    expect(refusal(() => produceJob({}))).toContain('shopId is missing');
  });

  test('with a misspelt field is refused instead of ignored', () => {
    expect(refusal(() => produceJob({ shopId: 'a', facilityGroup: 'FAC_GRP' }))).toContain(
      'there is no field "facilityGroup"; the fields are shopId, facilityGroupId',
    );
  });

  test.each(['../etc', '', 'a b', 7, null])('with the id %j is refused', (shopId) => {
    expect(refusal(() => laneJob({ shopId }))).toContain('INPUT_INVALID');
  });

  test.each([0, -1, 1.5, '5'])('with the sample %j is refused', (sample) => {
    expect(refusal(() => verifyJob({ shopId: 'a', sample }))).toContain('sample must be a whole number');
  });
});
