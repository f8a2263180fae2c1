/**
 * What became of what runs have held: plans, feeds, and files behind a pause. Who reads such a run later must not look for
 * what a person has decided already.
 */
import { AtpError } from '../domain/errors.ts';
import { CLOCKS_APART_MS } from '../domain/limits.ts';
import type { Database } from '../postgres/database.ts';
import { findOldestHeld } from '../postgres/feeds/feed-imports.ts';
import { listPauses } from '../postgres/lane/lane-pause.ts';
import { listPlanEnds, type PlanEnd } from '../postgres/planning/plan-ends.ts';
import type { PipelineRun } from '../temporal/pipeline.ts';
import type { Application } from './application.ts';

type HoldingRun = Pick<PipelineRun, 'jobName' | 'shopId' | 'outcome' | 'heldPlan' | 'closedAt'>;

/** A run, and in words what became of what it has held; null: a person is still waited for, or it has held nothing. */
export type SettledRun<Run> = Run & { readonly settled: string | null };

/** One statement for all plans, one for all pauses, one for all feeds; none where no run has held anything. */
export async function addSettled<Run extends HoldingRun>(
  app: Application,
  runs: readonly Run[],
): Promise<readonly SettledRun<Run>[]> {
  const holding = runs.filter(({ outcome }) => outcome === 'HELD');
  const settledOf = holding.length === 0 ? nothingKnown : await lookOrNothing(app, holding);
  return runs.map((run) => ({ ...run, settled: run.outcome === 'HELD' ? settledOf(run) : null }));
}

type Settled = (run: HoldingRun) => string | null;

const nothingKnown: Settled = () => null;

/** What Temporal tells of runs is shown without the database, too. */
async function lookOrNothing(app: Application, runs: readonly HoldingRun[]): Promise<Settled> {
  try {
    return await look(await app.database(), runs);
  } catch (error) {
    if (!(error instanceof AtpError)) throw error;
    return nothingKnown;
  }
}

async function look(database: Database, runs: readonly HoldingRun[]): Promise<Settled> {
  const plans = runs.flatMap(({ shopId, heldPlan: plan }) =>
    shopId === null || plan === null ? [] : [{ shopId, plan }],
  );
  const lanes = runs.flatMap(({ jobName, shopId }) => (jobName === 'process-uploads' ? (shopId ?? []) : []));
  const hasImport = runs.some(({ jobName }) => jobName === 'import');
  const ends = plans.length === 0 ? [] : await listPlanEnds(database, plans);
  const pauses = lanes.length === 0 ? new Map<string, Date>() : await listPauses(database, lanes);
  const oldestHeld = hasImport ? await findOldestHeld(database) : null;
  return ({ jobName, shopId, heldPlan, closedAt }) => {
    const end = ends.find((each) => each.shopId === shopId && each.plan === heldPlan);
    if (end) return endInWords(end);
    if (jobName === 'process-uploads' && isOver(pauses.get(shopId ?? '') ?? null, closedAt))
      return 'The lane was since resumed';
    if (jobName === 'import' && isOver(oldestHeld, closedAt)) return 'Its feeds are held no more';
    return null;
  };
}

/** What is held now is held since after the run. @param since null: nothing is held now */
function isOver(since: Date | null, closedAt: string | null): boolean {
  if (closedAt === null) return false;
  return since === null || since.getTime() > Date.parse(closedAt) + CLOCKS_APART_MS;
}

/** `Plan 1 was since approved by ann`. */
function endInWords({ plan, state, by }: PlanEnd): string {
  const who = by === null || state === 'REPLACED' ? '' : ` by ${by}`;
  return `Plan ${plan} was since ${state.toLowerCase()}${who}`;
}
