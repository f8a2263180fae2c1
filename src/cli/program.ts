import { Command, CommanderError } from 'commander';
import { AtpError } from '../domain/errors.ts';
import { SHOWN_TEXT_LENGTH_MAX } from '../domain/limits.ts';
import { showJson, showLines, showText } from '../domain/shown-text.ts';
import type { Application } from '../operations/application.ts';
import { describeError, type DescribedError } from '../operations/described-error.ts';
import { attach, type Cli, type CliCommand, type Terminal } from './command.ts';
import { COMMANDS, PARENTS } from './commands.ts';
import { besideStackText } from './config.ts';
import type { Machine } from './machine.ts';
import { ExitCode } from './report.ts';

/** Runs one command line; the result is the exit code. Nothing is thrown. */
export async function runCli(
  argv: readonly string[],
  surroundings: { readonly app: Application; readonly machine: Machine; readonly terminal: Terminal },
): Promise<ExitCode> {
  const { app, machine } = surroundings;
  const terminal = withVisibleText(surroundings.terminal);
  // A wrong command line fails before its options are parsed.
  const asJson = argv.includes('--json');
  let exitCode: ExitCode = ExitCode.OK;
  const cli: Cli = {
    app,
    machine,
    asJson,
    progress: (text) => {
      if (terminal.showsProgress) terminal.error(`${text}\n`);
    },
    warn: (text) => terminal.error(`${text}\n`),
    readSecret: terminal.readSecret,
    ask: async (consequence) => {
      if (!terminal.readLine || asJson) return false;
      return /^y(es)?$/i.test((await terminal.readLine(`${consequence} Go on? [y/N] `)).trim());
    },
  };
  let help = '';
  const program = new Command('atp')
    .exitOverride()
    // `import` is a command and has others below it: an option belongs to the one behind which it stands.
    .enablePositionalOptions()
    .configureOutput({
      writeOut: terminal.out,
      writeErr: (text) => (help += text),
      outputError: () => undefined,
    })
    .description('Keeps what a Shopify store may sell equal to what the retailer can promise.')
    .version(machine.version, '--version');
  // commander copies exitOverride and configureOutput into a command when the command is made: they come first.
  for (const command of COMMANDS) {
    attach(parentOf(program, command), command, async (typed) => {
      if (!asJson && (command.usesServices ?? command.operations.length > 0)) await tellOfStack(cli);
      const report = await command.run(cli, typed);
      if (report.lines) for await (const line of report.lines) terminal.out(line);
      else terminal.out(`${asJson ? showJson(JSON.stringify(report.json, null, 2)) : report.text}\n`);
      exitCode = report.exitCode ?? exitCode;
      await report.afterwards?.();
    });
  }
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return ExitCode.OK;
    if (error instanceof CommanderError && error.code === 'commander.help' && !asJson) {
      terminal.error(help);
      return ExitCode.WRONG_INPUT;
    }
    const { code, message, hint, exitCode: failed } = describeAny(error);
    terminal.error(
      asJson
        ? `${showJson(JSON.stringify({ error: { code, message, hint } }))}\n`
        : `${code}: ${message}\n  ${hint}\n`,
    );
    if (code === 'UNEXPECTED' && !asJson && error instanceof Error) terminal.error(`${error.stack}\n`);
    return failed;
  }
}

/** Services that `.env` names do not belong to a stack that runs, too: then `atp status` is about other ones. */
async function tellOfStack({ machine, warn }: Cli): Promise<void> {
  const besideStack = await machine.besideStack();
  if (besideStack) warn(besideStackText(besideStack));
}

/** Whatever a command writes: only visible characters reach the terminal, and line feeds. */
function withVisibleText({ out, error, showsProgress, readLine, readSecret }: Terminal): Terminal {
  return {
    out: (text) => out(showLines(text)),
    error: (text) => error(showLines(text)),
    showsProgress,
    ...(readLine && { readLine: (question) => readLine(showLines(question)) }),
    ...(readSecret && { readSecret }),
  };
}

/** The command that a subcommand belongs to: `group` of `group set`. */
function parentOf(program: Command, { path }: CliCommand): Command {
  const [name = '', ...below] = path.split(' ');
  if (below.length === 0) return program;
  const made = program.commands.find((command) => command.name() === name);
  return made ?? program.command(name).description(PARENTS[name] ?? '');
}

function describeAny(error: unknown): DescribedError {
  if (!(error instanceof CommanderError)) return describeError(error);
  const isBare = error.code === 'commander.help';
  return {
    ...describeError(new AtpError('INPUT_INVALID', {})),
    message: isBare
      ? 'a command is missing'
      : // Commander puts its suggestion on a line of its own.
        showText(error.message.replace(/^error: /, '').replace('\n(', ' ('), SHOWN_TEXT_LENGTH_MAX),
    hint: '`atp --help` lists the commands, `atp <command> --help` what one takes.',
  };
}
