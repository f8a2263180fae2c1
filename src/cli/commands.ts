/** All commands, in the order of `atp --help`: the way of somebody new. */
import { ALERT_COMMANDS } from './alert.ts';
import { AUDIT_COMMANDS } from './audit.ts';
import type { CliCommand } from './command.ts';
import { completionCommand } from './completion.ts';
import { CONFIG_COMMANDS } from './config.ts';
import { DOCTOR_COMMANDS } from './doctor.ts';
import { EXPLAIN_COMMANDS } from './explain.ts';
import { FACILITY_COMMANDS } from './facility.ts';
import { FEED_COMMANDS } from './feed.ts';
import { GROUP_COMMANDS } from './group.ts';
import { IMPORT_COMMANDS } from './import.ts';
import { JOB_COMMANDS } from './job.ts';
import { LANE_COMMANDS } from './lane.ts';
import { MIGRATE_COMMANDS } from './migrate.ts';
import { PIPELINE_COMMANDS } from './pipeline.ts';
import { PRODUCT_COMMANDS } from './product.ts';
import { SHOP_HISTORY_COMMANDS } from './shop-history.ts';
import { SHOP_COMMANDS } from './shop.ts';
import { SOURCE_COMMANDS } from './source.ts';
import { STACK_COMMANDS, WORKER_COMMANDS } from './stack.ts';
import { TEMPORAL_COMMANDS } from './temporal.ts';
import { TOKEN_COMMANDS } from './token.ts';
import { USER_COMMANDS } from './user.ts';
import { WHAT_IF_COMMANDS } from './what-if.ts';

export const COMMANDS: readonly CliCommand[] = [
  ...STACK_COMMANDS,
  ...CONFIG_COMMANDS,
  ...DOCTOR_COMMANDS,
  ...MIGRATE_COMMANDS,
  ...TEMPORAL_COMMANDS,
  ...FACILITY_COMMANDS,
  ...GROUP_COMMANDS,
  ...PRODUCT_COMMANDS,
  ...SHOP_COMMANDS,
  ...SHOP_HISTORY_COMMANDS,
  ...IMPORT_COMMANDS,
  ...FEED_COMMANDS,
  ...SOURCE_COMMANDS,
  ...EXPLAIN_COMMANDS,
  ...WHAT_IF_COMMANDS,
  ...JOB_COMMANDS,
  ...PIPELINE_COMMANDS,
  ...LANE_COMMANDS,
  ...ALERT_COMMANDS,
  ...AUDIT_COMMANDS,
  ...USER_COMMANDS,
  ...TOKEN_COMMANDS,
  ...WORKER_COMMANDS,
  completionCommand(() => COMMANDS),
];

/** What the commands have in common that are called `<parent> <verb>`. */
export const PARENTS: Readonly<Record<string, string>> = {
  facility: 'stores, warehouses and virtual places',
  group: 'facility groups: which facilities sell online in a channel',
  product: 'products and what is kept back of them',
  shop: 'Shopify stores',
  job: 'the jobs: when they run, and run one now',
  run: 'one run of a job',
  feed: 'feeds that are expected, and feeds that were refused',
  source: 'how senders of feeds write',
  alert: 'who is told when something is wrong',
  audit: 'what people did',
  user: 'people who sign in to the HTTP API',
  token: 'tokens by which programs use the HTTP API',
  temporal: 'what the jobs need on the Temporal server',
};
