/** The product's own programs beside the stack's services: the worker, and the server of the API and the console. */
import { join } from 'node:path';
import { keepProgram, type KeptProgram, type ProgramCommand } from './kept-program.ts';
import { startPart, type PartProcess } from './part-process.ts';
import { readStateFile, writeStateFile } from './state-file.ts';
import type { RunningStack } from './stack.ts';

export function startStackWorker(stack: RunningStack, command: ProgramCommand): Promise<KeptProgram> {
  return keepProgram(
    async () => {
      const worker = await startProgram(stack, command, 'the worker', 'worker');
      stack.note({ worker: worker.process });
      return worker;
    },
    () => stack.note({ worker: null }),
  );
}

/** Returns when the console has told where it listens. */
export function startStackConsole(stack: RunningStack, command: ProgramCommand): Promise<KeptProgram> {
  return keepProgram(
    async () => {
      const server = await startProgram(stack, command, 'the console', 'console');
      try {
        const url = await server.waitForAnswer(async () => toldBy(server, stack.stateDir));
        stack.note({ console: { url, process: server.process } });
        return server;
      } catch (error) {
        await server.stop();
        throw error;
      }
    },
    () => stack.note({ console: null }),
  );
}

/** Where a console of the stack listens, or has listened: it takes the same port again, if that is still free. */
export interface ConsolePlace {
  readonly url: string;
  readonly pid: number;
}

/** The console's word to the process that started it: it alone knows which port it got. */
export function tellConsolePlace(stateDir: string, place: ConsolePlace): void {
  writeStateFile(placeFile(stateDir), `${JSON.stringify(place)}\n`);
}

/** Null: there was none yet. */
export function readConsolePlace(stateDir: string): ConsolePlace | null {
  const text = readStateFile(placeFile(stateDir));
  return text === null ? null : (JSON.parse(text) as ConsolePlace);
}

/** @throws while it has not told yet: what an earlier one has told does not count */
function toldBy({ process: { pid } }: PartProcess, stateDir: string): string {
  const place = readConsolePlace(stateDir);
  if (place?.pid === pid) return place.url;
  throw new Error('The console does not listen yet.');
}

function startProgram(
  { stateDir }: RunningStack,
  { command, args }: ProgramCommand,
  name: string,
  log: string,
): Promise<PartProcess> {
  return startPart({
    name,
    command,
    args,
    cwd: process.cwd(),
    env: { ...process.env, ATP_STATE_DIR: stateDir },
    logFile: join(stateDir, `logs/${log}.log`),
  });
}

const placeFile = (stateDir: string) => join(stateDir, 'console.json');
