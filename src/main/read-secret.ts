/** What nobody may see while it is typed: without an echo, and twice; a script gives it as a line on stdin. */
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { AtpError } from '../domain/errors.ts';

export async function readSecret(question: string): Promise<string> {
  if (!process.stdin.isTTY) return readOwnLine();
  const typed = await askUnseen(`${question}: `);
  if (typed === (await askUnseen(`${question}, again: `))) return typed;
  throw new AtpError('INPUT_INVALID', { reason: 'what was typed twice was not the same' });
}

/** The first line of stdin, without its line feed; empty: there is none. */
async function readOwnLine(): Promise<string> {
  const lines = createInterface({ input: process.stdin });
  for await (const line of lines) return line;
  return '';
}

async function askUnseen(question: string): Promise<string> {
  process.stderr.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  // As a terminal: the line is edited by us, and its echo goes nowhere.
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  const line = await Promise.race([lines.question(''), closed]);
  lines.close();
  process.stderr.write('\n');
  return line;
}
