/** `atp completion`: a script for the shell, so that Tab completes commands, options and their values. */
import { acceptInput, choice } from '../domain/input-fields.ts';
import type { CliCommand } from './command.ts';
import { completionScript, SHELLS } from './completion-script.ts';
import { completionTable } from './completion-table.ts';

const FIELDS = { shell: choice('the shell', SHELLS) };

/** @param commands all of them, this one included */
export function completionCommand(commands: () => readonly CliCommand[]): CliCommand {
  return {
    path: 'completion',
    description: 'a script for your shell: Tab completes commands, options and values',
    argumentNames: ['shell'],
    fields: FIELDS,
    operations: [],
    run: (_cli, typed) => {
      const { shell } = acceptInput(FIELDS, typed);
      const script = completionScript(shell, completionTable(commands()));
      return Promise.resolve({ json: { shell, script }, text: script.trimEnd() });
    },
  };
}
