/** Prints the workflows as one script. A program of its own: see workflow-bundle.ts. */
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const pathOf = (name: string) => fileURLToPath(new URL(`../../workflows/${name}`, import.meta.url));

const { code } = await bundleWorkflowCode({
  workflowsPath: pathOf('index.ts'),
  workflowInterceptorModules: [pathOf('known-type.ts')],
  // stdout belongs to the script; what goes wrong is thrown.
  logger: new DefaultLogger('ERROR', ({ message }) => process.stderr.write(`${message}\n`)),
});
process.stdout.write(code);
