/** All operations, for whatever lists them: the reference, the schemas, a test of who may do what. */
import { showAuditLog } from './audit.ts';
import { migrateDatabase } from './database.ts';
import { runDoctor } from './doctor/doctor.ts';
import { addFacility, listFacilities, setFacility } from './facilities.ts';
import { addGroupMember, createGroup, listGroups, removeGroupMember, setGroup } from './facility-groups.ts';
import { importFeed } from './feeds.ts';
import { listJobs, pauseJob, resumeJob, runJob, scheduleJob, showJob, skipRun, verifyShop } from './jobs.ts';
import { auditLane, LANE_DECISIONS, showLane } from './lane.ts';
import type { OperationFacts } from './operation.ts';
import { showPipeline } from './pipeline.ts';
import { addProduct, explainProduct, listProducts, setProduct } from './products.ts';
import { addShop, listShops, mapShop, removeShop, setShop } from './shops.ts';

/** By area, in the order in which somebody new needs them. */
export const OPERATIONS: readonly OperationFacts[] = [
  runDoctor,
  migrateDatabase,
  listFacilities,
  addFacility,
  setFacility,
  listGroups,
  createGroup,
  addGroupMember,
  removeGroupMember,
  setGroup,
  listProducts,
  addProduct,
  setProduct,
  explainProduct,
  listShops,
  addShop,
  setShop,
  removeShop,
  mapShop,
  verifyShop,
  importFeed,
  listJobs,
  showJob,
  scheduleJob,
  pauseJob,
  resumeJob,
  skipRun,
  runJob,
  showPipeline,
  showLane,
  auditLane,
  ...LANE_DECISIONS.map(({ operation }) => operation),
  showAuditLog,
];
