/**
 * Downloads the Temporal CLI into a folder; when that fails, its last line says why. Arguments: folder, version.
 * The downloader cannot download without starting the server, so this process stops the server at once.
 */
import { mkdirSync } from 'node:fs';

const [downloadDir = '', version = ''] = process.argv.slice(2);

try {
  mkdirSync(downloadDir, { recursive: true });
  const { TestWorkflowEnvironment } = await import('@temporalio/testing');
  const environment = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'cached-download', downloadDir, version: `v${version}` } },
  });
  await environment.teardown();
} catch (error) {
  console.error(reasonOf(error as Error));
  process.exitCode = 1;
}

/** The downloader's message names the address twice before it names the reason. */
function reasonOf({ message }: Error): string {
  const [firstLine = ''] = message.split('\n');
  if (/Cannot find package/.test(firstLine)) return '@temporalio/testing is not installed';
  return firstLine.replace(/^.*error sending request for url \([^)]*\): /, '');
}
