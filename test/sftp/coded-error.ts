import { expect } from 'vitest';
import { AtpError } from '../../src/domain/errors.ts';

/** Returns the coded error with which `work` fails. Any other end of it fails the test. */
export async function expectCodedError(work: () => Promise<unknown>): Promise<AtpError> {
  const error = await work().then(
    () => null,
    (failure: unknown) => failure,
  );
  expect(error).toBeInstanceOf(AtpError);
  return error as AtpError;
}
