/** A real SFTP server that lets people in by a password; the stand-ins take a key only. */
import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openFolder, PARTS_DIR } from '../setup/parts-desk.ts';
import { startPart } from '../../src/stand-ins/part-process.ts';
import { freePort } from '../../src/stand-ins/ports.ts';
import { obtain, RCLONE } from '../../src/stand-ins/programs.ts';
import { fingerprintOf, rememberedKey } from '../../src/stand-ins/ssh-keys.ts';

interface PasswordServer {
  /** Its root. */
  readonly folder: string;
  readonly address: {
    readonly host: string;
    readonly port: number;
    readonly username: string;
    readonly hostKey: string;
  };
}

/** rclone's; it ends with the test. */
export async function passwordServer(password: string): Promise<PasswordServer> {
  const state = await openFolder('atp-test-password-');
  const folder = join(state, 'root');
  await mkdir(folder);
  const key = rememberedKey(join(state, 'host'));
  const port = await freePort();
  const part = await startPart({
    name: 'SFTP (rclone)',
    command: await obtain(RCLONE, PARTS_DIR),
    args: [
      ...['serve', 'sftp', folder, '--addr', `127.0.0.1:${port}`, '--key', key.privateKeyFile],
      ...['--user', 'atp', '--pass', password],
      ...['--vfs-cache-mode', 'writes', '--vfs-write-back', '0s', '--dir-cache-time', '1ms'],
      ...['--cache-dir', join(state, 'cache'), '--config', '/dev/null'],
    ],
    logFile: join(state, 'log'),
  });
  onTestFinished(async () => {
    await part.stop();
    await rm(state, { recursive: true, force: true });
  });
  await part.waitForAnswer(async () => {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.destroy();
  });
  return { folder, address: { host: '127.0.0.1', port, username: 'atp', hostKey: fingerprintOf(key) } };
}
