/** What a fixture has made goes with the test that asked for it, or with the file when no test did. */
import { afterAll, onTestFinished, TestRunner } from 'vitest';

type CleanUp = () => Promise<void> | void;

const ofThisFile: CleanUp[] = [];

/** Last made, first gone. In a test or `beforeEach`: when the test has finished; else when the file has. */
export function cleanUp(work: CleanUp): void {
  if (TestRunner.getCurrentTest() === undefined) ofThisFile.push(work);
  else onTestFinished(work);
}

// This file is one of vitest's setupFiles, so this is registered in every test file, before its own hooks.
afterAll(async () => {
  for (const work of ofThisFile.splice(0).reverse()) await work();
});
