import { expect } from 'vitest';
import { AtpError } from '../../src/domain/errors.ts';

/** The coded error with which `work` fails; any other end is a failed test. */
export async function codedError(work: () => Promise<unknown>): Promise<AtpError> {
  const error = await work().then(
    () => null,
    (failure: unknown) => failure,
  );
  expect(error).toBeInstanceOf(AtpError);
  return error as AtpError;
}
