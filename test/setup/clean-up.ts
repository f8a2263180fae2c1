/** What a fixture has made goes with the test that asked for it, or with the file when no test did. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { afterAll, onTestFinished, TestRunner, type TestContext } from 'vitest';

type CleanUp = () => Promise<void> | void;

const ofThisFile: CleanUp[] = [];
const concurrentTest = new AsyncLocalStorage<TestContext>();

/** Last made, first gone. In a test or `beforeEach`: when the test has finished; else when the file has. */
export function cleanUp(work: CleanUp): void {
  const context = concurrentTest.getStore();
  if (context) context.onTestFinished(work);
  else if (TestRunner.getCurrentTest() === undefined) ofThisFile.push(work);
  else onTestFinished(work);
}

/**
 * The body of a `test.concurrent`. Vitest knows one current test only, which is another one by the time a fixture
 * asks: without this, what it made would go too early.
 */
export function concurrently(body: () => Promise<void>): (context: TestContext) => Promise<void> {
  return (context) => concurrentTest.run(context, body);
}

// This file is one of vitest's setupFiles, so this is registered in every test file, before its own hooks.
afterAll(async () => {
  for (const work of ofThisFile.splice(0).reverse()) await work();
});
