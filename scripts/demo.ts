/**
 * `npm run demo`: the product's main job from beginning to end, on real parts. It types the commands that a person
 * would, and ends with every SKU's Online ATP beside what Shopify shows; exit 0 only if they are equal.
 *
 *     npm run demo                 starts a stack of its own, and stops it at the end
 *     npm run demo -- --keep       plays a week for the console, leaves it running, and says where to look
 *     npm run demo -- --replace    begins anew although a demo that was kept still runs
 *
 * `--state <folder>` is where the stack keeps its state, in place of .atp/demo: for tests.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { loadConfig } from '../src/config/config.ts';
import { openDatabase } from '../src/postgres/database.ts';
import { findShop } from '../src/postgres/master-data/shops.ts';
import { dropFeed } from '../src/main/drop-feed.ts';
import { stack } from '../src/main/stack.ts';
import { fileDrop } from '../src/sftp/file-drop.ts';
import { openAdminApi } from '../src/shopify/admin-api.ts';
import { isRunning } from '../src/stand-ins/process-identity.ts';
import { readLock } from '../src/stand-ins/stack-files.ts';
import type { StackStatus } from '../src/cli/machine.ts';
import { feedsOfTheDay, SHOPIFY_SALE } from './demo-feeds.ts';
import { compareEverySku } from './demo-table.ts';
import { playWeek } from './demo-week.ts';

const PROJECT = join(import.meta.dirname, '..');
const ATP = join(PROJECT, 'bin/atp.mjs');
const GROUP = 'FAC_GRP';
/** Exit code of a command after which a person must decide. */
const NEEDS_A_PERSON = 4;

const { values } = parseArgs({
  options: {
    keep: { type: 'boolean', default: false },
    replace: { type: 'boolean', default: false },
    state: { type: 'string', default: join(PROJECT, '.atp/demo') },
  },
});
const STATE = resolve(values.state);
const started = performance.now();
let steps = 0;
const calledFrom = process.cwd();
process.env['ATP_STATE_DIR'] = STATE;
// The demo starts a stack of its own, whatever services the environment points to: it must not fill somebody's database.
for (const name of Object.keys(process.env)) {
  if (/^(DATABASE_URL$|SFTP_|TEMPORAL_)/.test(name)) Reflect.deleteProperty(process.env, name);
}

const running = readLock(STATE)?.supervisor;
if (running && isRunning(running) && !values.replace) {
  sayThatOneRuns(running.pid);
  process.exit(1);
}
say(
  'atp-sync: from feed files to Shopify, on a real Temporal, Postgres and SFTP server, and a Shopify twin\n',
);
if (running && isRunning(running)) say(`  Stopping the demo that runs (process ${running.pid})`);
// What an earlier demo has left: this one begins with an empty stack.
await stack.down();
rmSync(STATE, { recursive: true, force: true });
mkdirSync(STATE, { recursive: true });
process.chdir(STATE); // Where no `.env` names other services.
const { status, untilStopped } = await stack.up({
  detach: values.keep,
  seed: true,
  onProgress: (text) => say(`  ${text}`),
});
let verdict: string;
try {
  const allEqual = await tellTheStory(status);
  verdict = allEqual ? `Every SKU is equal (${secondsSince(started)} s).` : 'Not every SKU is equal.';
  if (values.keep) {
    step('For the console: a week of a larger retailer, ending with what waits for a person');
    await playWeek(status, { atp: ATP, state: STATE, say });
  }
  process.exitCode = allEqual ? 0 : 1;
} catch (error) {
  verdict = `The demo has failed: ${(error as Error).message}`;
  process.exitCode = 1;
} finally {
  if (!values.keep) {
    // This process is the supervisor: the signal stops the stack as Ctrl-C does.
    process.kill(process.pid, 'SIGTERM');
    await untilStopped();
  }
}
say(`\n${verdict}`);
sayWhereToLook(status);

async function tellTheStory({ shopify }: StackStatus): Promise<boolean> {
  const { shopId } = shopify;
  step('Feed files of the ERP lie on SFTP: an opening count, and the open orders');
  await atp('job run import --wait');

  step(
    'Hard Sync: every product’s Online ATP. A shop’s first one is held: a person looks before it is replaced',
  );
  await atp(`job run hard-sync --shop ${shopId} --wait`, NEEDS_A_PERSON);
  await atp(`lane ${shopId} approve 1 --reason demo`);

  step('Process uploads: a ready file wakes it; this waits until the lane is empty');
  await atp(`job run process-uploads --shop ${shopId} --wait`);
  await atp(`lane ${shopId}`);
  await atp(`verify ${shopId}`);

  step('A day in the stores: a sale, a return, damage, a transfer, an order on Shopify, a new threshold');
  await buyOnShopify(shopify);
  for (const feed of feedsOfTheDay(shopId)) {
    await fileDrop(loadConfig(['sftp']).sftp)((drop) => dropFeed(drop, feed));
    say(`  ${feed.name} is dropped into incoming/`);
  }
  await atp('job run import --wait');
  await atp(`product set RED-BEANIE --group ${GROUP} --threshold 2`);

  step('Upload recent inventory changes: only what differs from the last file');
  await atp(`job run recent-changes --shop ${shopId} --wait`);
  await atp(`job run process-uploads --shop ${shopId} --wait`);
  await atp(`lane ${shopId}`);
  await atp(`verify ${shopId}`);

  step('Why is it 75?');
  await atp(`explain BLUE-SHIRT-M --group ${GROUP} --shop ${shopId}`);

  step('Every SKU: the terms of its Online ATP, and what Shopify shows');
  return allAreEqual(shopId);
}

/** Runs a command as a person types it, and shows its output. Throws when it fails, which ends the demo. */
async function atp(command: string, expectedExitCode = 0): Promise<void> {
  say(`\n  $ atp ${command}`);
  const child = spawn(process.execPath, [ATP, ...command.split(' ')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout.on('data', (text: Buffer) => {
    process.stdout.write(text.toString().replace(/^(?=.)/gm, '    '));
  });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  if (exitCode !== expectedExitCode) throw new Error(`atp ${command} ended with exit code ${exitCode}.`);
}

/** A customer buys on Shopify; the order comes with the next feed. */
async function buyOnShopify({ controlUrl, endpoint }: StackStatus['shopify']): Promise<void> {
  const domain = /shops\/([^/]+)/.exec(endpoint)?.[1] ?? '';
  const { sku, quantity } = SHOPIFY_SALE;
  const response = await fetch(`${controlUrl}/shops/${domain}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ lines: [{ sku, quantity }] }),
  });
  if (!response.ok) throw new Error(`The Shopify twin refused the order: ${await response.text()}`);
  say(`  A customer buys ${quantity} of ${sku} on Shopify`);
}

async function allAreEqual(shopId: string): Promise<boolean> {
  const { databaseUrl, environment } = loadConfig(['database']);
  const database = openDatabase(databaseUrl);
  try {
    const shop = await findShop(database, shopId);
    const { text, allEqual } = await compareEverySku(database, openAdminApi(shop, { environment }), shop);
    say(text);
    return allEqual;
  } finally {
    await database.close();
  }
}

function sayThatOneRuns(pid: number): void {
  const state = relative(calledFrom, STATE);
  say(`A demo is running already (process ${pid}). A new one would stop it and remove its data, so nothing was done.
  To look at it    ATP_STATE_DIR=${state} npx atp status
  To stop it       ATP_STATE_DIR=${state} npx atp down
  To begin anew    npm run demo -- --replace${values.keep ? ' --keep' : ''}`);
}

function sayWhereToLook({ temporal, sftp, shopify, consoleUrl, consoleAccount }: StackStatus): void {
  if (!values.keep) {
    say('Run it with `npm run demo -- --keep` to look around afterwards.');
    return;
  }
  const state = relative(calledFrom, STATE);
  say(`
The stack keeps running:
  Console       ${consoleUrl}
                user ${consoleAccount?.userName}, its password is in ${consoleAccount?.passwordFile}
  Temporal UI   ${temporal.uiUrl}/namespaces/${temporal.namespace}/workflows
  Shopify twin  POST ${shopify.endpoint}
                header X-Shopify-Access-Token: ${shopify.accessToken}
  SFTP          sftp://${sftp.username}@${sftp.host}:${sftp.port}${sftp.root}
  Commands      ATP_STATE_DIR=${state} npx atp status
  To stop it    ATP_STATE_DIR=${state} npx atp down`);
}

function secondsSince(startedAt: number): string {
  return ((performance.now() - startedAt) / 1000).toFixed(0);
}

function step(title: string): void {
  steps += 1;
  say(`\n${steps}. ${title}`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
