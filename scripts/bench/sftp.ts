/**
 * How long a large file takes to SFTP and back by our client, beside OpenSSH's `sftp` in the same rounds, with connect and login: and a
 * publication as a file is published, which reads back what it has put. The work was done right when every copy has the file's hash.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { partsFolder } from '../../src/config/config.ts';
import { fileDrop } from '../../src/sftp/file-drop.ts';
import { sha256OfFile } from '../../src/sftp/file-hash.ts';
import { withConnection } from '../../src/sftp/sftp-connection.ts';
import { onPath } from '../../src/stand-ins/on-path.ts';
import { startOnPort } from '../../src/stand-ins/ports.ts';
import { startSftp, type SftpServer } from '../../src/stand-ins/sftp-server.ts';
import { spreadCells, spreadOf } from './spread.ts';

const MEGABYTE = 1_000_000;

interface Scene {
  readonly server: SftpServer;
  /** OpenSSH's. */
  readonly program: string;
  readonly localPath: string;
  readonly sha256: string;
  readonly megabytes: number;
  readonly copyPath: string;
}

interface Work {
  readonly name: string;
  readonly ours: (scene: Scene) => Promise<unknown>;
  /** A batch of the program. */
  readonly floor: (scene: Scene) => string;
  /** The copy that each of them leaves last: [ours, the floor's]. */
  readonly copies: (scene: Scene) => readonly [string, string];
}

const REMOTE = 'file.bin';
const PUBLISHED = 'published';

const put = ({ server, localPath }: Scene) => `put ${localPath} ${remoteOf(server)}`;
const get = ({ server, copyPath }: Scene) => `get ${remoteOf(server)} ${copyPath}`;

const WORKS: readonly Work[] = [
  {
    name: 'put',
    ours: ({ server, localPath }) =>
      withConnection(settingsOf(server), (connection) => connection.upload(localPath, remoteOf(server))),
    floor: put,
    copies: ({ server }) => [join(server.folder, REMOTE), join(server.folder, REMOTE)],
  },
  {
    name: 'get',
    ours: ({ server, copyPath }) =>
      withConnection(settingsOf(server), (connection) => connection.download(remoteOf(server), copyPath)),
    floor: get,
    copies: ({ copyPath }) => [copyPath, copyPath],
  },
  {
    name: 'publish, beside put and get',
    ours: ({ server, localPath, sha256 }) =>
      fileDrop(settingsOf(server))((drop) =>
        drop.publish(localPath, { folder: PUBLISHED, name: REMOTE, sha256, withChecksumFile: false }),
      ),
    floor: (scene) => `${put(scene)}\n${get(scene)}`,
    copies: ({ server, copyPath }) => [join(server.folder, PUBLISHED, REMOTE), copyPath],
  },
];

interface Round {
  readonly oursMs: number;
  readonly floorMs: number;
  readonly isRight: boolean;
}

export async function run(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      megabytes: { type: 'string' },
      pairs: { type: 'string' },
      small: { type: 'boolean', default: false },
    },
  });
  const megabytes = Number(values.megabytes ?? (values.small ? 1 : 72));
  const pairs = Number(values.pairs ?? (values.small ? 1 : 7));
  const program = onPath('sftp');
  if (program === undefined) {
    process.stdout.write('Without OpenSSH’s sftp (Debian’s package openssh-client) there is no floor.\n');
    // A test on such a machine has nothing to find wrong.
    if (values.small) process.stdout.write('ok: skipped\n');
    return values.small;
  }
  return onOwnServer(async (server, stateDir) => {
    const localPath = join(stateDir, 'sent.bin');
    writeFileSync(localPath, randomBytes(megabytes * MEGABYTE));
    const sha256 = await sha256OfFile(localPath);
    const scene = { server, program, localPath, sha256, megabytes, copyPath: join(stateDir, 'copy.bin') };
    const rounds = new Map<Work, Round[]>(WORKS.map((work) => [work, []]));
    // The first round brings the file into the cache of the disk, and does not count.
    for (let pair = 0; pair <= pairs; pair += 1)
      for (const [work, done] of rounds) {
        const round = await measure(scene, work, pair % 2 === 0);
        if (pair > 0 || !round.isRight) done.push(round);
      }
    return report(rounds, scene);
  });
}

async function onOwnServer<Result>(
  work: (server: SftpServer, stateDir: string) => Promise<Result>,
): Promise<Result> {
  const stateDir = mkdtempSync(join(tmpdir(), 'atp-own-sftp-'));
  const server = await startOnPort(undefined, (port) =>
    startSftp({ stateDir, partsDir: partsFolder(), port }),
  );
  try {
    return await work(server, stateDir);
  } finally {
    await server.stop();
    rmSync(stateDir, { recursive: true, force: true });
  }
}

function settingsOf({ address }: SftpServer) {
  return { ...address, password: null };
}

function remoteOf({ address }: SftpServer): string {
  return `${address.root.replace(/\/$/, '')}/${REMOTE}`;
}

/** Who comes first changes from round to round, since the second finds the caches warm. */
async function measure(scene: Scene, work: Work, isFloorFirst: boolean): Promise<Round> {
  const [ourCopy, floorCopy] = work.copies(scene);
  let isRight = true;
  const timed = async (copy: string, run: () => Promise<unknown>): Promise<number> => {
    rmSync(copy, { force: true });
    const begun = performance.now();
    await run();
    const tookMs = performance.now() - begun;
    isRight = isRight && (await sha256OfFile(copy)) === scene.sha256;
    return tookMs;
  };
  const floor = () => timed(floorCopy, () => runOpenssh(scene, work.floor(scene)));
  const earlyFloorMs = isFloorFirst ? await floor() : null;
  const oursMs = await timed(ourCopy, () => work.ours(scene));
  return { oursMs, floorMs: earlyFloorMs ?? (await floor()), isRight };
}

/** With its own defaults, of ciphers, requests in flight and their size; without the settings of whoever runs it. */
async function runOpenssh({ server, program }: Scene, batch: string): Promise<void> {
  const { host, port, username, privateKeyFile } = server.address;
  const options = [
    'IdentitiesOnly=yes',
    'StrictHostKeyChecking=no',
    'UserKnownHostsFile=/dev/null',
    'LogLevel=ERROR',
  ];
  const child = spawn(
    program,
    [
      ...['-q', '-b', '-', '-F', '/dev/null', '-P', String(port), '-i', privateKeyFile],
      ...options.flatMap((option) => ['-o', option]),
      `${username}@${host}`,
    ],
    { stdio: ['pipe', 'ignore', 'inherit'] },
  );
  child.stdin.end(`${batch}\n`);
  const [exitCode] = (await once(child, 'exit')) as [number | null];
  if (exitCode !== 0) throw new Error(`sftp has ended with ${exitCode}.`);
}

function report(rounds: ReadonlyMap<Work, readonly Round[]>, { server, megabytes }: Scene): boolean {
  const table = new Table({
    head: [`${megabytes} MB`, 'ms: min', 'median', 'max', 'floor', 'MB/s', '×: min', 'median', 'max'],
    colAligns: ['left', ...Array<'right'>(8).fill('right')],
    style: { head: [], border: [], compact: true },
  });
  for (const [{ name }, done] of rounds) {
    const ours = spreadOf(done.map(({ oursMs }) => oursMs));
    const times = spreadOf(done.map(({ oursMs, floorMs }) => oursMs / floorMs));
    table.push([
      name,
      ...spreadCells(ours),
      spreadOf(done.map(({ floorMs }) => floorMs)).median.toFixed(0),
      ((megabytes * 1000) / ours.median).toFixed(0),
      ...[times.min, times.median, times.max].map((value) => value.toFixed(2)),
    ]);
  }
  const peakMiB = Math.round(process.resourceUsage().maxRSS / 1024);
  process.stdout.write(`On the loopback, the server is ${server.kind}\n\n${table.toString()}\n\n`);
  process.stdout.write(`This process: peak memory ${peakMiB} MiB\n`);
  const isRight = [...rounds.values()].flat().every((round) => round.isRight);
  process.stdout.write(`${isRight ? 'ok' : 'WRONG'}: every copy has the hash of the file\n`);
  return isRight;
}
