/** What the `atp` command finds on this machine: the embedded stack, and a way to run a worker. */
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import type { Machine } from '../cli/machine.ts';
import { ownSurroundings, type Surroundings } from '../config/environment.ts';

export function openMachine(surroundings: Surroundings = ownSurroundings()): Machine {
  return {
    version: packageVersion(),
    userName: userOfThisMachine(),
    runWorker: async ({ wait }) => {
      const { loadConfig } = await import('../config/config.ts');
      const config = loadConfig(['database', 'sftp', 'temporal'], surroundings);
      const { runWorkerProcess } = await import('./worker.ts');
      await runWorkerProcess(config, { signal: stopSignal(), version: packageVersion(), wait });
    },
    runWatch: async () => {
      const { loadConfig } = await import('../config/config.ts');
      const { environment, logLevel } = loadConfig(['database', 'sftp', 'temporal'], surroundings);
      const { openLog } = await import('./log.ts');
      const { openApplication } = await import('./application.ts');
      const { runWatch } = await import('./watch.ts');
      const log = openLog(logLevel);
      const app = openApplication(surroundings);
      await runWatch({
        app,
        environment,
        signal: stopSignal(),
        log: (level, message, details) => log[level](details, message),
      });
      await app.close();
    },
    runServer: async ({ onListening }) => {
      const { runServer } = await import('./api-server.ts');
      await runServer(surroundings, { signal: stopSignal(), version: packageVersion(), onListening });
    },
    config: async () => (await import('./config-view.ts')).readConfigView(surroundings),
    besideStack: async () => (await import('./beside-stack.ts')).findBesideStack(surroundings),
    stack: {
      up: async (options) => (await import('./stack.ts')).stack.up(options),
      down: async () => (await import('./stack.ts')).stack.down(),
      status: async () => (await import('./stack.ts')).stack.status(),
    },
  };
}

/** Aborts when the process is asked to stop. A second signal ends it at once, as without us. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  return controller.signal;
}

export function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function userOfThisMachine(): string | null {
  try {
    return userInfo().username;
  } catch {
    return null;
  }
}
