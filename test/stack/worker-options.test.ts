/** What the worker's options of Node make of its memory. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import workerOptions from '../../bin/worker-options.json' with { type: 'json' };

/** Reads 250 MiB as a download does: a buffer for each block, and hardly an object beside it. Prints the most bytes that were there at once. */
const READ = `
let most = 0;
for (let block = 0; block < 4_000; block += 1) {
  Buffer.allocUnsafeSlow(64 * 1024);
  most = Math.max(most, process.memoryUsage().arrayBuffers);
}
process.stdout.write(String(most));
`;

async function mostBytes(options: readonly string[]): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [...options, '-e', READ]);
  return Number(stdout);
}

test('of buffers that nobody uses any more, few megabytes are there at once', async () => {
  const few = 16 * 2 ** 20;
  expect(await mostBytes(workerOptions.node)).toBeLessThan(few);
  // Without the option Node waits for four times as many.
  const others = workerOptions.node.filter(
    (option) => !option.startsWith('--scavenger-max-new-space-capacity'),
  );
  expect(await mostBytes(others)).toBeGreaterThan(few);
});
