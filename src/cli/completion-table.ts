/** What a person may type next on a command line, from the definitions that the help texts are made of. */
import type { Field } from '../domain/input-fields.ts';
import { fieldsToType, type CliCommand } from './command.ts';
import { optionName } from './option-text.ts';

/**
 * Words by what was typed before. A key is a command (`''` for atp itself, `group set`), a bar, and the place in it: the
 * number of an argument, `options`, or an option that a value follows. A key without words is there all the same: that
 * an option is a key says that a value follows it.
 */
export type CompletionTable = ReadonlyMap<string, readonly string[]>;

/** The first of the words: the shell's own completion of file names. */
export const FILES = '@files';

/** Of commands that have subcommands, and of atp. */
const HELP_ONLY = ['--help'];

export function completionTable(commands: readonly CliCommand[]): CompletionTable {
  const table = new Map<string, readonly string[]>();
  const paths = commands.map(({ path }) => path);
  const parents = new Set(['', ...paths.filter((path) => path.includes(' ')).map(parentOf)]);
  for (const parent of parents) {
    const below = [...paths, ...parents].filter((path) => path !== '' && parentOf(path) === parent);
    table.set(`${parent}|1`, [...new Set(below.map((path) => path.split(' ').at(-1) ?? path))]);
    table.set(`${parent}|options`, parent === '' ? [...HELP_ONLY, '--version'] : HELP_ONLY);
  }
  for (const command of commands) addCommand(table, command);
  return table;
}

function parentOf(path: string): string {
  return path.split(' ').slice(0, -1).join(' ');
}

function addCommand(table: Map<string, readonly string[]>, command: CliCommand): void {
  const { path, argumentNames, fields } = command;
  for (const [at, name] of argumentNames.entries()) {
    const field = fields[name];
    const words = field ? wordsOf(name, field) : [];
    const place = `${path}|${at + 1}`;
    // A command with an argument may have subcommands as well: `atp import <file>`, `atp import list`.
    if (words.length > 0) table.set(place, [...words, ...(table.get(place) ?? [])]);
  }
  const options = Object.entries(fieldsToType(command)).filter(([name]) => !argumentNames.includes(name));
  for (const [name, field] of options) {
    const isBare = field.kind === 'boolean' && field.words === undefined;
    if (!isBare) table.set(`${path}|${optionName(name)}`, wordsOf(name, field));
  }
  const names = options.map(([name]) => optionName(name));
  table.set(`${path}|options`, [...names, '--json', '--help']);
}

/** The values that a field takes, where they are few and known. */
function wordsOf(name: string, field: Field): readonly string[] {
  if (name === 'file') return [FILES];
  const cleared = field.clearedBy === undefined ? [] : [field.clearedBy];
  if (field.kind === 'choice') return [...field.choices, ...cleared];
  return field.kind === 'boolean' ? [...(field.words ?? []), ...cleared] : cleared;
}
