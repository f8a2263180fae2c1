/**
 * How long a person waits for a command: `atp --help`, `atp explain` and `atp lane`, each from the start of its process
 * to its end, beside a bare `node -e 0` in the same rounds. The first round, which fills the compile cache, is not counted.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { createMapShop } from '../../src/operations/map-shop.ts';
import { seed } from '../../src/main/seed.ts';
import { fileDrop } from '../../src/sftp/file-drop.ts';
import { openAdminApi } from '../../src/shopify/admin-api.ts';
import { stackEnvironment } from '../../src/stand-ins/stack-files.ts';
import { onOwnStack, type OwnStack } from './own-stack.ts';
import { spreadCells, spreadOf, type Spread } from './spread.ts';

const ATP = join(import.meta.dirname, '../../bin/atp.mjs');
const FLOOR = 'floor: node -e 0';
const SHOP_ID = 'blue-shirts';

/** Arguments of Node, by what a person types. */
const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  [FLOOR]: ['-e', '0'],
  'atp --help': [ATP, '--help'],
  'atp explain': [ATP, 'explain', 'BLUE-SHIRT-M', '--group', 'FAC_GRP', '--shop', SHOP_ID],
  'atp lane': [ATP, 'lane', SHOP_ID],
};

interface Measured {
  readonly name: string;
  readonly spread: Spread;
  readonly succeeded: boolean;
}

export async function run(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: { runs: { type: 'string' }, small: { type: 'boolean', default: false } },
  });
  const runs = Number(values.runs ?? (values.small ? 1 : 10));
  return onOwnStack(
    async (stack) => {
      await prepare(stack);
      const measured = await measure(stackEnvironment(stack.addresses), runs);
      return report(measured, runs);
    },
    { durable: true },
  );
}

/** The catalogue and the shop of the demo. */
async function prepare({ addresses, database }: OwnStack): Promise<void> {
  const { shopify, sftp } = addresses;
  await seed({
    database,
    fileDrop: fileDrop({ ...sftp, password: null }),
    controlUrl: shopify.controlUrl,
    mapShop: createMapShop({ database, adminApi: (shop) => openAdminApi(shop) }),
    shop: { ...shopify, facilityGroupId: 'FAC_GRP', apiVersion: '2026-10' },
  });
}

/** In rounds, so that whatever else this machine does meanwhile slows all of them alike. */
async function measure(
  environment: Readonly<Record<string, string>>,
  runs: number,
): Promise<readonly Measured[]> {
  const timed = Object.entries(PROGRAMS).map(([name, args]) => ({
    name,
    args,
    ms: [] as number[],
    failures: 0,
  }));
  for (let round = 0; round <= runs; round += 1) {
    for (const program of timed) {
      const started = performance.now();
      const child = spawn(process.execPath, [...program.args], {
        env: { ...process.env, ...environment },
        stdio: 'ignore',
      });
      const [exitCode] = (await once(child, 'exit')) as [number | null];
      if (round > 0) program.ms.push(performance.now() - started);
      if (exitCode !== 0) program.failures += 1;
    }
  }
  return timed.map(({ name, ms, failures }) => ({ name, spread: spreadOf(ms), succeeded: failures === 0 }));
}

function report(measured: readonly Measured[], runs: number): boolean {
  const floor = measured.find(({ name }) => name === FLOOR)?.spread.median ?? NaN;
  const table = new Table({
    head: ['milliseconds', 'min', 'median', 'max', '× floor'],
    colAligns: ['left', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const { name, spread } of measured) {
    table.push([name, ...spreadCells(spread), (spread.median / floor).toFixed(1)]);
  }
  process.stdout.write(`${runs} rounds\n\n${table.toString()}\n\n`);
  const isRight = measured.every(({ succeeded }) => succeeded);
  process.stdout.write(`${isRight ? 'ok' : 'WRONG'}: every command succeeded\n`);
  return isRight;
}
