/** All operations, for whatever lists them: the reference, the schemas, a test of who may do what. */
import { TOKEN_OPERATIONS } from './access/tokens.ts';
import { USER_OPERATIONS } from './access/users.ts';
import { ALERT_OPERATIONS } from './alerts.ts';
import { showAuditLog } from './audit.ts';
import { listConditions } from './conditions.ts';
import { migrateDatabase } from './database.ts';
import { runDoctor } from './doctor/doctor.ts';
import { FACILITY_OPERATIONS } from './facilities.ts';
import { GROUP_OPERATIONS } from './facility-groups.ts';
import { FEED_STATE_OPERATIONS } from './feed-states.ts';
import { importFeed } from './feeds.ts';
import { IMPORT_OPERATIONS } from './imports.ts';
import { JOB_OPERATIONS } from './jobs.ts';
import { LANE_OPERATIONS } from './lane.ts';
import type { OperationFacts } from './operation.ts';
import { showPipeline, showRun } from './pipeline.ts';
import { SOURCE_OPERATIONS } from './sources.ts';
import { PRODUCT_OPERATIONS } from './products.ts';
import { SHOP_OPERATIONS } from './shops.ts';
import { setUpTemporal } from './temporal.ts';
import { showWhatIf } from './what-if.ts';

/** By area, and within it, in the order in which somebody new needs them. */
export const OPERATIONS = [
  runDoctor,
  migrateDatabase,
  setUpTemporal,
  ...FACILITY_OPERATIONS,
  ...GROUP_OPERATIONS,
  ...PRODUCT_OPERATIONS,
  showWhatIf,
  ...SHOP_OPERATIONS,
  importFeed,
  ...IMPORT_OPERATIONS,
  ...FEED_STATE_OPERATIONS,
  ...SOURCE_OPERATIONS,
  ...JOB_OPERATIONS,
  showPipeline,
  showRun,
  ...LANE_OPERATIONS,
  listConditions,
  ...ALERT_OPERATIONS,
  showAuditLog,
  ...USER_OPERATIONS,
  ...TOKEN_OPERATIONS,
] as const satisfies readonly OperationFacts[];
