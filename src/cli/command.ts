/** A command is a rendering of an operation: its fields become arguments and options, its result becomes words. */
import { resolve } from 'node:path';
import { Argument, Option, type Command } from 'commander';
import { optional, type Field, type Fields } from '../domain/input-fields.ts';
import type { Application } from '../operations/application.ts';
import {
  CALLER_NAME,
  isRead,
  perform,
  type Context,
  type Operation,
  type OperationFacts,
} from '../operations/operation.ts';
import { EXAMPLES } from './examples.ts';
import type { Machine } from './machine.ts';
import { argumentSyntax, optionName, optionSyntax, synopsisOf, valueOfText } from './option-text.ts';
import type { Report } from './report.ts';

/** Where a command writes. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  /** Whether a person sees what is written to `error`. */
  readonly showsProgress: boolean;
  /** Asks a person for a line; absent: nobody is there to answer. */
  readonly readLine?: (question: string) => Promise<string>;
  /** Asks a person for what nobody may see, or reads a line that a script gives on stdin; absent: there is neither. */
  readonly readSecret?: (question: string) => Promise<string>;
}

/** What a command works with. */
export interface Cli {
  readonly app: Application;
  readonly machine: Machine;
  /** Whether `--json` was given. */
  readonly asJson: boolean;
  /** Tells a person what the command is waiting for; a script does not get it. */
  readonly progress: (text: string) => void;
  readonly warn: (text: string) => void;
  readonly ask: Context['ask'];
  readonly readSecret: Terminal['readSecret'];
}

/** A command of `atp`. */
export interface CliCommand {
  /** Below `atp`: `group set`. */
  readonly path: string;
  readonly description: string;
  /** In the order in which they are typed. */
  readonly argumentNames: readonly string[];
  readonly fields: Fields;
  /** How it is typed, when one line is not enough. */
  readonly variants?: readonly string[];
  /** Operations that it does; none for a command of this machine alone. */
  readonly operations: readonly OperationFacts[];
  /** Whether it speaks to the services of an installation; absent: it does when it does operations. */
  readonly usesServices?: boolean;
  /** Does it with what was typed, by field. */
  readonly run: (cli: Cli, typed: Typed) => Promise<Report>;
}

/** What was typed for each field, as JSON values; `by` is who does it. */
export type Typed = Readonly<Record<string, unknown>>;

interface Rendering<F extends Fields, Result> {
  readonly path: string;
  readonly operation: Operation<F, Result>;
  /** Fields that are arguments; the others are options. */
  readonly arguments?: readonly (keyof F & string)[];
  /** Values for the fields that were not typed. */
  readonly given?: (cli: Cli) => { readonly [Name in keyof F]?: unknown };
  readonly description?: string;
  /** The words for a person, and what a script gets in place of the result. */
  readonly show: (
    result: Result,
    typed: Typed,
  ) => string | (Omit<Report, 'json'> & { readonly json?: unknown });
}

/** Renders an operation as a command. */
export function command<const F extends Fields, Result>(rendering: Rendering<F, Result>): CliCommand {
  const { path, operation, show, given } = rendering;
  const argumentNames = rendering.arguments ?? [];
  const { fields } = operation;
  return {
    path,
    description: rendering.description ?? operation.description,
    argumentNames,
    fields: Object.fromEntries(Object.entries(fields).filter(([, { isSecret }]) => isSecret !== true)),
    operations: [operation],
    run: async (cli, typed) => {
      const { by, ...withoutBy } = typed;
      // `atp audit log --by Ann` asks for what Ann did.
      const [actor, input] = Object.hasOwn(fields, 'by') ? [undefined, typed] : [by, withoutBy];
      const isArgument = (name: string) => argumentNames.some((argument) => argument === name);
      const context = contextOf(cli, actor, (name) => (isArgument(name) ? name : optionName(name)));
      const secrets = await readSecrets(fields, cli);
      const result = await perform(operation, { ...given?.(cli), ...input, ...secrets }, context);
      const shown = show(result, typed);
      return typeof shown === 'string' ? { json: result, text: shown } : { json: result, ...shown };
    },
  };
}

/** A secret is no option: every user of the machine sees the arguments of a process. */
async function readSecrets(fields: Fields, { readSecret }: Cli): Promise<Readonly<Record<string, string>>> {
  const secrets: Record<string, string> = {};
  for (const [name, { isSecret, about }] of Object.entries(fields)) {
    if (isSecret === true && readSecret) secrets[name] = await readSecret(about);
  }
  return secrets;
}

/** The context of an act by the command line. Whoever can start the command is an admin. */
export function contextOf(cli: Cli, by: unknown, nameOf: Context['nameOf']): Context {
  const { app, machine, progress, warn, ask } = cli;
  const name = typeof by === 'string' ? by : (machine.userName ?? `user ${process.getuid?.() ?? 'unknown'}`);
  return { app, caller: { name, role: 'admin', via: 'cli' }, progress, warn, ask, nameOf, pathOf: resolve };
}

/** Every command that changes something says who does it. */
export const BY_FIELD = optional(CALLER_NAME);

/** The options of a command, `--by` among them where the audit log asks for it. */
export function fieldsToType({ fields, operations }: CliCommand): Fields {
  const isRecorded = operations.some((operation) => !isRead(operation));
  return isRecorded && !Object.hasOwn(fields, 'by') ? { ...fields, by: BY_FIELD } : fields;
}

/** How the command is typed, as docs/reference/cli.md has it: one line for each way. */
export function synopsesOf({ path, fields, argumentNames, variants }: CliCommand): readonly string[] {
  return variants ?? [synopsisOf(path, fields, argumentNames)];
}

/** Gives commander the arguments and options, and the command's work. */
export function attach(parent: Command, cli: CliCommand, run: (typed: Typed) => Promise<void>): void {
  const fields = fieldsToType(cli);
  const made = parent.command(cli.path.split(' ').at(-1) ?? cli.path).description(cli.description);
  made.addHelpText('after', examplesText(cli.path));
  // `atp import list`: what comes after the name of a command below it is that command's.
  made.enablePositionalOptions();
  const isArgument = (name: string): boolean => cli.argumentNames.includes(name);
  for (const name of cli.argumentNames) {
    const field = fields[name];
    if (field) made.addArgument(new Argument(argumentSyntax(name, field), aboutArgument(field)));
  }
  const options = Object.entries(fields).filter(([name]) => !isArgument(name));
  const typedBy = options.map(([name, field]) => {
    const option = new Option(optionSyntax(name, field), aboutOf(field)).makeOptionMandatory(
      field.presence === 'required',
    );
    made.addOption(option);
    // Commander takes `--no-check` for the opposite of an option `check`.
    return [name, option.attributeName(), option.negate] as const;
  });
  made.option('--json', 'one JSON document on stdout, nothing else').action(async (...args: unknown[]) => {
    const values = made.opts<Readonly<Record<string, unknown>>>();
    const typedArguments = cli.argumentNames.map((name, at) => [name, args[at]] as const);
    const typedOptions = typedBy.map(
      ([name, attribute, isNegated]) => [name, isNegated ? !values[attribute] : values[attribute]] as const,
    );
    const typed = [...typedArguments, ...typedOptions].flatMap(([name, value]) =>
      value === undefined ? [] : [[name, valueOf(fields[name], value)] as const],
    );
    await run(Object.fromEntries(typed));
  });
}

/** What a help text ends with. */
function examplesText(path: string): string {
  const lines = (EXAMPLES[path] ?? []).map((example) => `\n  atp ${example}`);
  return lines.length === 0 ? '' : `\nExamples:${lines.join('')}`;
}

function valueOf(field: Field | undefined, typed: unknown): unknown {
  if (!field) return typed;
  // An option that takes several values comes as a list, also with the one word that clears it.
  const isCleared = Array.isArray(typed) && typed.length === 1 && typed[0] === field.clearedBy;
  if (isCleared) return null;
  return typeof typed === 'string' ? valueOfText(field, typed) : typed;
}

/** An argument's syntax is only its name, so the help text lists its choices. */
function aboutArgument(field: Field): string {
  const isSaid = field.kind !== 'choice' || field.choices.every((choice) => field.about.includes(choice));
  return isSaid ? field.about : `${field.about}: ${field.choices.join(', ')}`;
}

function aboutOf({ about, byDefault }: Field): string {
  return byDefault === undefined ? about : `${about} (default: ${byDefault})`;
}
