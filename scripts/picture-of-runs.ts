/**
 * Takes the picture of Temporal's list of workflows in docs/guides/runs.md, with a column for outcomes: of a stack that runs,
 * such as that of `npm run demo -- --keep`.
 *
 *     node scripts/picture-of-runs.ts [--state .atp/demo] [--chromium chromium]
 *
 * It opens a Chromium of this machine without a window, and speaks to it as its developer tools do.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stdout } from 'node:process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { stackStatus } from '../src/stand-ins/supervisor.ts';

const PICTURE = join(import.meta.dirname, '../docs/images/temporal-outcomes.png');
const COLUMNS = ['Status', 'Workflow ID', 'Outcome', 'FileSequence', 'Start', 'End'];
const LOADED_WITHIN_MS = 60_000;

const { values } = parseArgs({
  options: {
    state: { type: 'string', default: join(import.meta.dirname, '../.atp/demo') },
    chromium: { type: 'string', default: 'chromium' },
  },
});
const { temporal } = stackStatus(resolve(values.state));
const list = `${temporal.uiUrl}/namespaces/${temporal.namespace}/workflows`;
const folder = await mkdtemp(join(tmpdir(), 'atp-picture-'));
const browser = spawn(
  values.chromium,
  [
    ...[
      '--headless',
      '--no-sandbox',
      '--hide-scrollbars',
      '--window-size=1280,800',
      '--remote-debugging-port=0',
    ],
    `--user-data-dir=${folder}`,
    'about:blank',
  ],
  { stdio: ['ignore', 'ignore', 'pipe'] },
);
try {
  const page = await openPage(await readAddress());
  await page('Page.navigate', { url: list });
  await untilTrue('document.readyState === "complete"');
  const columns = JSON.stringify({ [temporal.namespace]: COLUMNS.map((label) => ({ label })) });
  await page('Runtime.evaluate', {
    expression: `localStorage.setItem('namespace-workflow-table-columns', ${JSON.stringify(columns)});
      localStorage.setItem('dark mode', 'false');`,
  });
  await page('Page.navigate', { url: list });
  await untilTrue('/NOTHING_TO_DO|DONE/.test(document.body?.innerText ?? "")');
  const { data } = (await page('Page.captureScreenshot', { format: 'png' })) as { readonly data: string };
  await writeFile(PICTURE, Buffer.from(data, 'base64'));
  stdout.write(`${PICTURE}\n`);

  async function untilTrue(expression: string): Promise<void> {
    for (const until = Date.now() + LOADED_WITHIN_MS; Date.now() < until; await delay(200)) {
      const { result } = (await page('Runtime.evaluate', { expression })) as { result: { value?: unknown } };
      if (result.value === true) return;
    }
    throw new Error(`The page did not show what was waited for: ${expression}`);
  }
} finally {
  browser.kill();
  await once(browser, 'exit');
  await rm(folder, { recursive: true, force: true });
}

/** Chromium says on stderr where its developer tools are. */
async function readAddress(): Promise<string> {
  for await (const line of createInterface({ input: browser.stderr })) {
    const [, address] = /listening on (ws:\S+)/.exec(line) ?? [];
    if (address !== undefined) return address;
  }
  throw new Error(`${values.chromium} did not start.`);
}

type Send = (method: string, params?: object) => Promise<unknown>;

/** Opens the page that Chromium has begun with. */
async function openPage(address: string): Promise<Send> {
  const targets = (await (await fetch(`http://${new URL(address).host}/json/list`)).json()) as readonly {
    readonly type: string;
    readonly webSocketDebuggerUrl: string;
  }[];
  const target = targets.find(({ type }) => type === 'page');
  const socket = new WebSocket(target?.webSocketDebuggerUrl ?? '');
  await once(socket, 'open');
  let sent = 0;
  return (method, params = {}) => {
    const id = (sent += 1);
    const { promise, resolve: answer, reject } = Promise.withResolvers<unknown>();
    const take = ({ data }: MessageEvent): void => {
      const message = JSON.parse(String(data)) as {
        id?: number;
        result?: unknown;
        error?: { message: string };
      };
      if (message.id !== id) return;
      socket.removeEventListener('message', take);
      if (message.error) reject(new Error(message.error.message));
      else answer(message.result);
    };
    socket.addEventListener('message', take);
    socket.send(JSON.stringify({ id, method, params }));
    return promise;
  };
}
