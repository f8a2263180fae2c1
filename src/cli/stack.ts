/** The embedded stack and the worker: commands about this machine, and not operations of an installation. */
import { optional, yesOrNo } from '../domain/input-fields.ts';
import { durationText } from '../domain/duration.ts';
import { figureInWords, isWithinLimit } from '../domain/oldest-change.ts';
import { describeError } from '../operations/described-error.ts';
import { perform, type ResultOf } from '../operations/operation.ts';
import { listShops } from '../operations/shops.ts';
import { contextOf, type Cli, type CliCommand } from './command.ts';
import type { StackStatus } from './machine.ts';
import { type Report } from './report.ts';
import { table } from './table.ts';

export const STACK_COMMANDS: readonly CliCommand[] = [
  {
    path: 'up',
    description:
      'start everything on this machine: Temporal, Postgres, SFTP, a twin of Shopify, a worker, the console',
    argumentNames: [],
    fields: {
      detach: optional(yesOrNo('leave it running in the background')),
      seed: optional(yesOrNo('fill a small catalogue')),
    },
    operations: [],
    run: async ({ machine, progress }, { detach = false, seed = false }) => {
      const options = { detach: detach === true, seed: seed === true, onProgress: progress };
      const { status, untilStopped } = await machine.stack.up(options);
      const report = statusReport(status);
      if (options.detach) return report;
      return { ...report, text: `${report.text}\nCtrl-C stops it.`, afterwards: untilStopped };
    },
  },
  {
    path: 'down',
    description: 'stop what `atp up` started',
    argumentNames: [],
    fields: {},
    operations: [],
    run: async ({ machine }) => {
      const { stopped } = await machine.stack.down();
      return { json: { stopped }, text: stopped ? 'Everything is stopped.' : 'Nothing was running.' };
    },
  },
  {
    path: 'status',
    description: 'where the running parts are, and how old the oldest change of each shop is',
    argumentNames: [],
    fields: {},
    operations: [listShops],
    run: async (cli) => {
      const status = await cli.machine.stack.status();
      const { json, text } = statusReport(status);
      const { shops, lines } = await readShops(cli);
      return { json: { ...(json as object), shops }, text: [text, ...lines].join('\n') };
    },
  },
];

export const WORKER_COMMANDS: readonly CliCommand[] = [
  {
    path: 'worker',
    description: 'work on jobs until stopped; SIGTERM lets running work end',
    argumentNames: [],
    fields: { wait: optional(yesOrNo('wait for Postgres, SFTP and Temporal, ten minutes at most')) },
    operations: [],
    usesServices: true,
    run: async ({ machine, progress }, { wait }) => {
      progress('The worker starts');
      await machine.runWorker({ wait: wait === true });
      return { json: { stopped: true }, text: 'The worker has stopped.' };
    },
  },
  {
    path: 'watch',
    description:
      'look whether all is well and tell the targets of alerts, until stopped: on a machine of its own',
    argumentNames: [],
    fields: {},
    operations: [],
    run: async ({ machine, progress }) => {
      progress('The watch starts');
      await machine.runWatch();
      return { json: { stopped: true }, text: 'The watch has stopped.' };
    },
  },
  {
    path: 'serve',
    description:
      'serve the HTTP API until stopped, on this machine alone unless ATP_API_ADDRESS says otherwise',
    argumentNames: [],
    fields: {},
    operations: [],
    usesServices: true,
    run: async ({ machine, warn }) => {
      await machine.runServer({ onListening: (url) => warn(`The API is at ${url}`) });
      return { json: { stopped: true }, text: 'The API has stopped.' };
    },
  },
];

/** The figure of each shop. Where it cannot be read, the parts are shown all the same. */
async function readShops(cli: Cli): Promise<{ readonly shops: unknown; readonly lines: readonly string[] }> {
  try {
    const found = await perform(
      listShops,
      {},
      contextOf(cli, undefined, (field) => field),
    );
    return {
      shops: found.map(({ shopId, oldestChange }) => ({ shopId, oldestChange })),
      lines:
        found.length === 0
          ? []
          : ['The oldest change that is not on Shopify:', ...found.map((shop) => `  ${figureLine(shop)}`)],
    };
  } catch (error) {
    const { code, message } = describeError(error);
    return {
      shops: null,
      lines: [`The oldest change that is not on Shopify is not known: ${code}: ${message}`],
    };
  }
}

function figureLine({ shopId, oldestChange }: ResultOf<typeof listShops>[number]): string {
  if (oldestChange === null) return `${shopId}: not known yet`;
  const late = isWithinLimit(oldestChange)
    ? ''
    : `, above the limit of ${durationText(oldestChange.limitMs)}`;
  return `${shopId}: ${figureInWords(oldestChange).replaceAll('\n', '; ')}${late}`;
}

function statusReport(status: StackStatus): Report {
  const { temporal, sftp, shopify } = status;
  const whose = (name: StackStatus['existing'][number]): string =>
    status.existing.includes(name) ? ' (yours)' : '';
  const rows = [
    ['Console', status.consoleUrl ?? 'not running'],
    ['Temporal', `${temporal.address}, namespace ${temporal.namespace}${whose('temporal')}`],
    ['Temporal UI', temporal.uiUrl],
    ['Postgres', `${status.databaseUrl}${whose('database')}`],
    ['SFTP', `sftp://${sftp.username}@${sftp.host}:${sftp.port}${sftp.root}${whose('sftp')}`],
    ['Shopify (twin)', `${shopify.shopId} at ${shopify.endpoint}`],
    ['Twin’s control', shopify.controlUrl],
    ['Worker', status.worker.running ? 'running' : 'not running'],
  ];
  const signIn = signInText(status);
  return { json: status, text: `${table(['Part', 'Where'], rows, '')}\n${signIn}${twinText(shopify)}` };
}

function signInText({ consoleAccount }: StackStatus): string {
  if (consoleAccount === null) return 'To sign in to the console: atp user add <name> --role admin\n';
  const { userName, passwordFile } = consoleAccount;
  return `To sign in to the console: ${userName}, with the password in ${passwordFile}\n`;
}

/** Any installation may sync with the twin; one that `atp up --seed` has filled does already. */
function twinText({ shopId, domain, locationId, accessTokenRef, adminUrl }: StackStatus['shopify']): string {
  return `To connect a shop to the twin, if \`atp shop list\` has none yet:
  atp shop add ${shopId} --domain ${domain} --location ${locationId} --group FAC_GRP --token ${accessTokenRef} --admin-url ${adminUrl}`;
}
