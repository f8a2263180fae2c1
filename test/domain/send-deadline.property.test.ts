import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LEASE_DURATION_MS, SEND_WITHIN_MS, SENDABLE_FOR_MS } from '../../src/domain/limits.ts';
import { decideStoredCall, sendableForMs, sendDeadline } from '../../src/domain/send-deadline.ts';

const BEGUN = { monotonicMs: 1_000, wallMs: 1_700_000_000_000 };

function at(monotonicMs: number, wallMs: number) {
  return { monotonicMs: BEGUN.monotonicMs + monotonicMs, wallMs: BEGUN.wallMs + wallMs };
}

test('a call may leave only while both clocks say that it is in time, so a suspended machine does not send it late', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 60_000 }),
      fc.integer({ min: -60_000, max: 60_000 }),
      (monotonic, wall) => {
        const left = sendableForMs(sendDeadline(BEGUN), at(monotonic, wall));
        expect(left > 0).toBe(monotonic < SEND_WITHIN_MS && wall < SEND_WITHIN_MS);
        expect(left).toBeLessThanOrEqual(SEND_WITHIN_MS - monotonic > 0 ? SEND_WITHIN_MS - monotonic : 0);
      },
    ),
  );
});

test('a stored call is repeated only when no earlier sending of it can leave any more', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1_000_000, max: 1_000_000 }), fc.boolean(), (left, isTooOld) => {
      const decision = decideStoredCall({ sendableForMs: left, isTooOld });
      // A clock that was set back says more than a sending can have left.
      const waited = { kind: 'WAIT', waitMs: Math.min(left, SENDABLE_FOR_MS) };
      const done = { kind: isTooOld ? 'SETTLE_AS_EXPIRED' : 'REPEAT' };
      expect(decision).toEqual(left > 0 ? waited : done);
    }),
  );
});

test('a call can leave neither after the lease of its attempt has expired, nor after its repeat is allowed', () => {
  expect(SEND_WITHIN_MS).toBeLessThan(SENDABLE_FOR_MS);
  expect(SENDABLE_FOR_MS).toBeLessThan(LEASE_DURATION_MS);
});
