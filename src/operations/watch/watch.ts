/**
 * The watch: it looks again and again, and sees that somebody is told. Each worker has one, and `atp watch` is one by
 * itself; of all of them, one looks at a time.
 *
 * Messages are delivered by a workflow. The watch delivers them itself when that cannot be: Temporal is away, no worker
 * polls, or no run has taken a message for ALERT_RUN_AWAITED_MS. When the database is away, or has lost its tables, there is no
 * outbox either: then it tells the targets that it has last read, once, and once when that is over.
 */
import { randomUUID } from 'node:crypto';
import { lengthInWords, type AlertMessage } from '../../domain/alert-message.ts';
import type { AlertTarget } from '../../domain/alert-target.ts';
import { conditionEntry, type ConditionCode } from '../../domain/conditions.ts';
import {
  ALERT_RUN_AWAITED_MS,
  ROUND_LEASE_MS,
  ROUNDS_UNTIL_TOLD,
  TABLES_AWAITED_MS,
} from '../../domain/limits.ts';
import { withoutSecrets } from '../../domain/without-secrets.ts';
import { findNextTry } from '../../postgres/alerts/outbox.ts';
import { listTargets } from '../../postgres/alerts/targets.ts';
import type { Application } from '../application.ts';
import { describeError } from '../described-error.ts';
import type { Check } from '../doctor/check.ts';
import { runRound } from './round.ts';

export interface WatchDeps {
  readonly app: Application;
  readonly send: (target: AlertTarget, message: AlertMessage) => Promise<void>;
  /** Delivers messages that have been due for so long, by itself. */
  readonly deliver: (dueForMs: number, now: Date) => Promise<unknown>;
  /** Starts the run that delivers, or wakes it. */
  readonly wakeDelivery: () => Promise<void>;
  readonly log: (
    level: 'info' | 'warn' | 'error',
    message: string,
    details: Readonly<Record<string, unknown>>,
  ) => void;
}

export interface Watch {
  /** Looks once. It never throws. The result: what the checks said; null: another watch has looked, or nothing could. */
  readonly look: (now: Date) => Promise<readonly Check[] | null>;
  /** Waits for what it delivers by itself: no look waits for a target. */
  readonly settle: () => Promise<void>;
}

/** Conditions in which no run can deliver. */
const NO_RUN: readonly ConditionCode[] = [
  'TEMPORAL_AWAY',
  'NAMESPACE_MISSING',
  'SEARCH_ATTRIBUTES_MISSING',
  'WORKER_MISSING',
  'WORKER_OF_OTHER_VERSION',
];

export function createWatch({ app, send, deliver, wakeDelivery, log }: WatchDeps): Watch {
  let targets: readonly AlertTarget[] = [];
  const away = createOutage('DATABASE_AWAY', send, log);
  const withoutTables = createOutage('DATABASE_NOT_MIGRATED', send, log);
  let delivering: Promise<unknown> | null = null;

  return {
    settle: async () => {
      await delivering;
    },

    async look(now) {
      try {
        const read = await listTargets(await app.database());
        // A database that was restored in part may have the table of targets and none of them.
        if (read.length > 0) targets = read;
        const round = await runRound(app, now);
        targets = read;
        const checks = round?.checks ?? null;
        if (round?.isRecorded === false) {
          log('warn', 'The look of the watch took too long, and does not count', { longest: ROUND_LEASE_MS });
        }
        await away.end(targets, now);
        await withoutTables.end(targets, now);
        await deliverWaiting(checks, now);
        return checks;
      } catch (error) {
        const { code, message } = describeError(error);
        log('error', 'The watch cannot look', { code, reason: message });
        // Whatever the database refuses here, nothing can be recorded.
        if (code === 'DATABASE_NOT_MIGRATED') {
          await away.end(targets, now);
          await withoutTables.go(targets, message, now);
        } else if (code.startsWith('DATABASE_')) await away.go(targets, `${code}: ${message}`, now);
        return null;
      }
    },
  };

  async function deliverWaiting(checks: readonly Check[] | null, now: Date): Promise<void> {
    const next = await findNextTry(await app.database(), now);
    if (next === null || next.getTime() > now.getTime()) return;
    const isWithoutRuns = checks?.some(({ code }) => code !== null && NO_RUN.includes(code)) ?? false;
    const isWoken =
      !isWithoutRuns &&
      (await wakeDelivery().then(
        () => true,
        () => false,
      ));
    delivering ??= deliver(isWoken ? ALERT_RUN_AWAITED_MS : 0, now)
      .catch((error: unknown) => log('error', 'The watch cannot deliver alerts', codeAndReason(error)))
      .finally(() => {
        delivering = null;
      });
  }
}

type Outage = 'DATABASE_AWAY' | 'DATABASE_NOT_MIGRATED';

const OUTAGES: Readonly<
  Record<
    Outage,
    { readonly awaitedMs: number; readonly was: string; readonly hint: string; readonly note: string }
  >
> = {
  DATABASE_AWAY: {
    awaitedMs: 0,
    was: 'It was away',
    hint: 'See that Postgres runs and that DATABASE_URL leads to it: `atp doctor`. Nothing is sent to Shopify meanwhile, and nothing is lost.',
    note: 'Until the database is back, nothing else can be told.',
  },
  DATABASE_NOT_MIGRATED: {
    // They may still come, of a release that starts.
    awaitedMs: TABLES_AWAITED_MS,
    was: 'They were missing',
    hint: 'See which database DATABASE_URL leads to, and whether it was restored whole: `atp doctor`. Where only the tables of a new release are missing, `atp migrate` makes them. Nothing is sent to Shopify meanwhile.',
    note: 'Until the tables are there, nothing else can be told.',
  },
};

/** What is told without the database, from memory. */
function createOutage(code: Outage, send: WatchDeps['send'], log: WatchDeps['log']) {
  let failures = 0;
  let since: Date | null = null;
  /** Those who were told of it, by name. */
  const told = new Map<string, AlertTarget>();

  /** Returns those who have accepted it. */
  async function tellAll(
    targets: readonly AlertTarget[],
    message: AlertMessage,
  ): Promise<readonly AlertTarget[]> {
    const accepted: AlertTarget[] = [];
    await Promise.all(
      targets.map(async (target) => {
        try {
          await send(target, message);
          accepted.push(target);
        } catch (error) {
          log('warn', 'A target cannot be told of the database', {
            target: target.name,
            ...codeAndReason(error),
          });
        }
      }),
    );
    return accepted;
  }

  return {
    /** The database cannot be used. Whoever cannot be told now is told at the next look. */
    async go(targets: readonly AlertTarget[], detail: string, now: Date): Promise<void> {
      failures += 1;
      // The clock may have been set back, or be another one than that of the look before.
      if (since === null || since > now) since = now;
      if (failures < ROUNDS_UNTIL_TOLD || now.getTime() - since.getTime() < OUTAGES[code].awaitedMs) return;
      const untold = targets.filter(({ name }) => !told.has(name));
      const message = outageMessage(code, 'began', since, now, withoutSecrets(detail));
      for (const target of await tellAll(untold, message)) told.set(target.name, target);
    },

    /** It can be used again. Who was told of it is told so, also if the database does not know him; that is tried once. */
    async end(targets: readonly AlertTarget[], now: Date): Promise<void> {
      if (since === null) return;
      const lasted = lengthInWords(now.getTime() - since.getTime());
      const message = outageMessage(code, 'ended', since, now, `${OUTAGES[code].was} for ${lasted}.`);
      const informed = [...told.values()].map(
        (target) => targets.find(({ name }) => name === target.name) ?? target,
      );
      failures = 0;
      since = null;
      told.clear();
      await tellAll(informed, message);
    },
  };
}

function outageMessage(
  code: Outage,
  phase: 'began' | 'ended',
  since: Date,
  now: Date,
  detail: string,
): AlertMessage {
  const { severity, title } = conditionEntry(code);
  const { hint, note } = OUTAGES[code];
  const until = phase === 'ended' ? now.toISOString() : null;
  const group = {
    ...{ code, severity, title, count: 1, shops: [], since: since.toISOString(), until, detail, hint },
  };
  return {
    ...{ id: randomUUID(), phase, at: now.toISOString(), groups: [group], more: 0 },
    note: phase === 'ended' ? null : note,
  };
}

function codeAndReason(error: unknown): { readonly code: string; readonly reason: string } {
  const { code, message } = describeError(error);
  return { code, reason: message };
}
