/** Removes what a fixture has made after the test that asked for it, or after the test file when no test did. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { onTestFinished, TestRunner, type TestContext } from 'vitest';

type CleanUp = () => Promise<void> | void;

const ofThisFile: CleanUp[] = [];
const concurrentTest = new AsyncLocalStorage<TestContext>();

/**
 * Registers work that cleans up; the last registered runs first. In a test or `beforeEach` it runs when the test has
 * finished, else when the file has.
 */
export function cleanUp(work: CleanUp): void {
  const context = concurrentTest.getStore();
  if (context) context.onTestFinished(work);
  else if (TestRunner.getCurrentTest() === undefined) ofThisFile.push(work);
  else onTestFinished(work);
}

/**
 * Wraps the body of a `test.concurrent`, so that `cleanUp` finds its test. Vitest knows one current test only, which
 * may be another one by the time a fixture asks: then what the fixture has made would be removed too early.
 */
export function withOwnCleanUp(body: () => Promise<void>): (context: TestContext) => Promise<void> {
  return (context) => concurrentTest.run(context, body);
}

/** Removes what the fixtures of the test file that ends have made, and no test has removed. */
export async function cleanUpFile(): Promise<void> {
  for (const work of ofThisFile.splice(0).reverse()) await work();
}
