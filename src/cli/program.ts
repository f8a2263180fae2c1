import { Command, CommanderError } from 'commander';
import type { Application } from './application.ts';
import { registerDoctor } from './doctor.ts';
import { registerExplain } from './explain.ts';
import { registerFacility } from './facility.ts';
import { shownError } from './failure.ts';
import { registerGroup } from './group.ts';
import { registerImport } from './import.ts';
import { registerJob } from './job.ts';
import { registerLane } from './lane.ts';
import { registerMigrate } from './migrate.ts';
import { registerPipeline } from './pipeline.ts';
import { registerProduct } from './product.ts';
import { ExitCode, type Report } from './report.ts';
import { registerShop } from './shop.ts';
import { registerStack } from './stack.ts';
import { registerVerify } from './verify.ts';
import { registerWorker } from './worker.ts';

/** Where a command writes. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  /** Whether a person sees what is written to `error`. */
  readonly showsProgress: boolean;
}

/** What a command's file builds on. */
export interface Cli {
  readonly app: Application;
  /** For the moments in which nothing else is said. */
  readonly progress: (text: string) => void;
  /**
   * Gives a command `--json` and its work. The work gets the arguments, then the options, as commander parsed them.
   */
  readonly reports: <Arguments extends unknown[]>(
    command: Command,
    work: (...args: Arguments) => Promise<Report>,
  ) => void;
}

/** Runs one command line; the result is the exit code. Nothing is thrown. */
export async function runCli(
  argv: readonly string[],
  app: Application,
  terminal: Terminal,
): Promise<ExitCode> {
  // An error of the command line comes before its options are known.
  const asJson = argv.includes('--json');
  let exitCode: ExitCode = ExitCode.OK;
  const say = async (report: Report): Promise<void> => {
    terminal.out(`${asJson ? JSON.stringify(report.json, null, 2) : report.text}\n`);
    exitCode = report.exitCode ?? exitCode;
    await report.afterwards?.();
  };
  const cli: Cli = {
    app,
    progress: (text) => {
      if (terminal.showsProgress) terminal.error(`${text}\n`);
    },
    reports: (command, work) => {
      command
        .option('--json', 'one JSON document on stdout, nothing else')
        .action(async (...args: unknown[]) => say(await work(...(args as Parameters<typeof work>))));
    },
  };
  let help = '';
  const program = new Command('atp')
    .exitOverride()
    .configureOutput({
      writeOut: terminal.out,
      writeErr: (text) => (help += text),
      outputError: () => undefined,
    })
    .description('Keeps what a Shopify store may sell equal to what the retailer can promise.')
    .version(app.version, '--version');
  // A command takes over how the program ends and writes when it is made.
  for (const register of COMMANDS) register(program, cli);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return ExitCode.OK;
    if (error instanceof CommanderError && error.code === 'commander.help' && !asJson) {
      terminal.error(help);
      return ExitCode.WRONG_INPUT;
    }
    const { exitCode: failed, ...shown } = shownError(
      error instanceof CommanderError && error.code === 'commander.help'
        ? new CommanderError(1, error.code, 'a command is missing')
        : error,
    );
    terminal.error(
      asJson ? `${JSON.stringify({ error: shown })}\n` : `${shown.code}: ${shown.message}\n  ${shown.hint}\n`,
    );
    if (shown.code === 'UNEXPECTED' && !asJson && error instanceof Error) terminal.error(`${error.stack}\n`);
    return failed;
  }
}

/** In the order of `atp --help`: the way of somebody new. */
const COMMANDS: readonly ((program: Command, cli: Cli) => void)[] = [
  registerStack,
  registerDoctor,
  registerMigrate,
  registerFacility,
  registerGroup,
  registerProduct,
  registerShop,
  registerImport,
  registerExplain,
  registerJob,
  registerPipeline,
  registerLane,
  registerVerify,
  registerWorker,
];
