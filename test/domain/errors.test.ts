import { describe, expect, test } from 'vitest';
import type { ErrorEntry } from '../../src/domain/error-codes/error-entry.ts';
import { AtpError, ERRORS, hintOf, PLACEHOLDERS, type ErrorCode } from '../../src/domain/errors.ts';
import { failureOf, hintIn } from '../../src/domain/failure.ts';

const CODES = Object.keys(ERRORS) as ErrorCode[];

test.each(CODES)('%s has words for a person: whole values, and times in units that people use', (code) => {
  const { message, hint }: ErrorEntry = ERRORS[code];
  const cases =
    typeof hint === 'object' ? hint.cases.map((one) => `When ${one.when}: ${String(one.hint)}`) : [];
  for (const text of [message(PLACEHOLDERS), hintOf(code), ...cases]) {
    expect(text).not.toBe('');
    expect(text).not.toMatch(/undefined|NaN|\d ms\b/);
  }
});

describe('a hint fits the place where its code is thrown:', () => {
  const domain = 'blue-shirts.myshopify.com';

  test('a read that Shopify does not answer is a matter of the domain and the network', () => {
    const { hint } = new AtpError('SHOPIFY_UNREACHABLE', { domain, reason: 'ENOTFOUND', call: 'read' });
    expect(hint).toContain(`this machine reaches https://${domain}`);
    expect(hint).not.toMatch(/key|sent again/);
  });

  test('a write that Shopify does not answer is sent again with the same key', () => {
    const { hint } = new AtpError('SHOPIFY_UNREACHABLE', { domain, reason: 'ECONNRESET', call: 'write' });
    expect(hint).toContain('sent again with the same key');
  });

  test('without a worker, a job goes on later by itself, and a decision must be made again', () => {
    const hintWith = (waitsFor?: string) => new AtpError('WORKER_NOT_POLLING', { waitsFor }).hint;
    expect(hintWith('job')).toContain('goes on by itself');
    expect(hintWith('decision')).toContain('whether it was decided');
    expect(hintWith()).toContain('decide again');
  });
});

test('a hint names the values of its error, and speaks in general without them', () => {
  const detail = { shopId: 'blue-shirts', plan: 7 };
  expect(new AtpError('PLAN_UNKNOWN', detail).hint).toContain('`atp lane blue-shirts`');
  expect(hintOf('PLAN_UNKNOWN')).toContain('`atp lane <shopId>`');
});

test('a failure carries the hint of its error', () => {
  const error = new AtpError('PLAN_UNKNOWN', { shopId: 'blue-shirts', plan: 7 });
  expect(hintIn(failureOf(error).details)).toBe(error.hint);
  expect(hintIn(['something else'])).toBeNull();
  expect(hintIn(undefined)).toBeNull();
});
