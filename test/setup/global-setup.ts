/**
 * Runs once, in vitest's own process: offers the real parts to the test files, and ends those that were started.
 * A run that asks for none starts none.
 */
import { openPartsDesk } from './parts-desk.ts';
import { openRunFolder } from './run-folder.ts';
import type { TestProject } from 'vitest/node';
import type { DeskAddress } from './parts-desk.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    partsDesk: DeskAddress;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const removeRunFolder = openRunFolder();
  const desk = await openPartsDesk();
  project.provide('partsDesk', desk.address);
  return async () => {
    await desk.close();
    removeRunFolder();
  };
}
