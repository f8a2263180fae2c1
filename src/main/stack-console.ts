/**
 * The console of the embedded stack: what `atp serve` serves, on the loopback whatever ATP_API_… says of a server for
 * others. It takes the port of the last time, the usual one the first time, or else any that is free, and tells which.
 */
import { loopbackApi } from '../config/api-variables.ts';
import { stateFolder } from '../config/config.ts';
import { ownSurroundings } from '../config/environment.ts';
import { AtpError } from '../domain/errors.ts';
import { API_PORT } from '../domain/limits.ts';
import { endSignal } from '../stand-ins/supervisor.ts';
import { readConsolePlace, tellConsolePlace } from '../stand-ins/stack-programs.ts';
import { runServer } from './api-server.ts';
import { packageVersion } from './machine.ts';

const stateDir = stateFolder();
const signal = endSignal();

const serve = (port: number): Promise<void> =>
  runServer(ownSurroundings(), {
    ...{ signal, version: packageVersion(), api: loopbackApi(port) },
    onListening: (url) => tellConsolePlace(stateDir, { url, pid: process.pid }),
  });

const last = readConsolePlace(stateDir);
await serve(last === null ? API_PORT : Number(new URL(last.url).port)).catch((error: unknown) => {
  if (error instanceof AtpError && error.code === 'API_ADDRESS_UNUSABLE') return serve(0);
  throw error;
});
