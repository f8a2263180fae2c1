/**
 * Brings the Temporal CLI into a folder, and says on its last line why it could not. Arguments: folder, version.
 * The downloader can only download and start in one; the server that it starts ends at once.
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

/** The downloader says the address twice before it comes to the point. */
function reasonOf({ message }: Error): string {
  const [firstLine = ''] = message.split('\n');
  if (/Cannot find package/.test(firstLine)) return '@temporalio/testing is not installed';
  return firstLine.replace(/^.*error sending request for url \([^)]*\): /, '');
}
