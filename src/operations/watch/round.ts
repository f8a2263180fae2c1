/** One round of the watch: the checks, what they change of the conditions, and the messages about it. */
import { randomUUID } from 'node:crypto';
import { makeMessage } from '../../domain/alert-message.ts';
import { planMessages, type AlertTarget } from '../../domain/alert-target.ts';
import { foldRound, isInDoubt, type Round } from '../../domain/condition-states.ts';
import {
  MESSAGES_COUNTED_OVER_MS,
  MESSAGES_PER_HOUR_MAX,
  ROUND_BEGINS_CHECKS_MS,
} from '../../domain/limits.ts';
import { counted } from '../../domain/words.ts';
import { withoutSecrets } from '../../domain/without-secrets.ts';
import { listKnownConditions, saveConditions } from '../../postgres/alerts/conditions.ts';
import { countMessages, countNeverTold, listTellable, putMessage } from '../../postgres/alerts/outbox.ts';
import { lockTargets, setSilent } from '../../postgres/alerts/targets.ts';
import { endTurn, lockTurn, takeTurn } from '../../postgres/alerts/turn.ts';
import type { Connection } from '../../postgres/database.ts';
import type { Application } from '../application.ts';
import { checkWithin, type Check } from '../doctor/check.ts';
import { runChecks } from '../doctor/doctor.ts';

export interface RoundRun {
  readonly checks: readonly Check[];
  /** False: it took longer than ROUND_LEASE_MS and another watch has begun a round, so what it has seen does not count. */
  readonly isRecorded: boolean;
}

/**
 * Takes the turn, runs the checks and records what they say; null: another watch has the turn. Messages are put into the
 * outbox, and not sent.
 *
 * @throws AtpError DATABASE_UNREACHABLE and its like, when what was seen cannot be recorded
 */
export async function runRound(app: Application, now: Date): Promise<RoundRun | null> {
  const database = await app.database();
  const turn = await takeTurn(database, now);
  if (turn === null) return null;
  const checks = await checkWithin(ROUND_BEGINS_CHECKS_MS, () =>
    runChecks(app, { withDear: turn.withDear, isThorough: false }),
  );
  const isRecorded = await database.transaction(async (connection) => {
    if (!(await lockTurn(connection, turn))) return false;
    const isInDoubtSomewhere = await recordRound(connection, roundOf(checks, turn.withDear, now));
    for (const target of await lockTargets(connection)) await tell(connection, target, now);
    return endTurn(connection, turn, isInDoubtSomewhere);
  });
  return { checks, isRecorded };
}

function roundOf(checks: readonly Check[], isWhole: boolean, at: Date): Round {
  // Where shops are known, each has its checks, and there is none of this name.
  const knowsShops = checks.every(({ name, outcome }) => name !== 'Shops' || outcome === 'well');
  const shopIds = new Set(checks.flatMap(({ shopId }) => (shopId === null ? [] : [shopId])));
  return {
    checks: checks.map((check) => ({
      ...check,
      detail: withoutSecrets(check.detail),
      hint: check.hint === null ? null : withoutSecrets(check.hint),
      causes: check.causes.map((cause) => ({ ...cause, detail: withoutSecrets(cause.detail) })),
    })),
    isWhole,
    shopIds: knowsShops ? [...shopIds] : null,
    at,
  };
}

/** Whether the next round should ask Shopify and SFTP as well, because something begins or ends there. */
async function recordRound(connection: Connection, round: Round): Promise<boolean> {
  const known = await listKnownConditions(connection);
  const changes = foldRound(known, round);
  await saveConditions(connection, changes);
  return changes.changed.some((condition) => condition.cost === 'dear' && isInDoubt(condition));
}

/** Puts the messages for a target into the outbox. */
async function tell(connection: Connection, target: AlertTarget, now: Date): Promise<void> {
  const { name, silentSince } = target;
  const from = new Date(now.getTime() - MESSAGES_COUNTED_OVER_MS);
  const sent = await countMessages(connection, name, from, now);
  const { messages, areTheLast } = planMessages(target, await listTellable(connection, name), sent, now);
  if (messages === null) {
    if (silentSince === null) await setSilent(connection, name, now);
    return;
  }
  if (messages.length === 0) return;
  const notes: string[] = [];
  if (silentSince !== null) {
    const missed = await countNeverTold(connection, name, silentSince);
    notes.push(
      `Since ${silentSince.toISOString()} there were more than ${MESSAGES_PER_HOUR_MAX} messages an hour: ${counted(missed, 'condition')} that began and ended meanwhile ${missed === 1 ? 'was' : 'were'} not told.`,
    );
    await setSilent(connection, name, null);
  }
  if (areTheLast) {
    notes.push(
      `This is message ${MESSAGES_PER_HOUR_MAX} within an hour, and the last one for now: what comes is told, and what was missed is counted, when the hour is over.`,
    );
  }
  for (const { phase, conditions } of messages) {
    const note = notes.length === 0 ? null : notes.splice(0).join(' ');
    const message = makeMessage({ id: randomUUID(), phase, at: now, note }, conditions);
    await putMessage(
      connection,
      name,
      phase,
      message,
      conditions.map(({ id }) => id),
    );
  }
}
