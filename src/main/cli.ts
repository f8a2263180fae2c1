/** The `atp` command. */
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { runCli } from '../cli/program.ts';
import { openApplication } from './application.ts';
import { openMachine } from './machine.ts';
import { readSecret } from './read-secret.ts';

// `atp product list | head` closes the pipe early, which is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const app = openApplication();
const terminal = {
  out: (text: string) => process.stdout.write(text),
  error: (text: string) => process.stderr.write(text),
  showsProgress: process.stderr.isTTY,
  readSecret,
  ...(process.stdin.isTTY && process.stderr.isTTY && { readLine }),
};

async function readLine(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = lines.question(question);
  // Ctrl+D is no answer.
  const closed = once(lines, 'close').then(() => '');
  const line = await Promise.race([answer, closed]);
  lines.close();
  return line;
}

const exitCode = await runCli(process.argv.slice(2), { app, machine: openMachine(), terminal });
await app.close();
// What is still on its way to a slow reader must arrive, and nothing that was left open may keep the command alive.
for (const stream of [process.stdout, process.stderr]) {
  await new Promise<void>((written) => stream.write('', () => written()));
}
process.exit(exitCode);
