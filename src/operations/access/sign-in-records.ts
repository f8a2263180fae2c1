/** What the audit log has of signing in: who did, who did not and why, and who has signed out. */
import { REFUSED_SIGN_INS_RECORDED_MAX, SIGN_IN_WINDOW_MS } from '../../domain/limits.ts';
import { recordAct } from '../../postgres/audit-log.ts';
import type { Database } from '../../postgres/database.ts';
import { describeError } from '../described-error.ts';

/** With a blank, which no user's name has. */
const UNKNOWN = 'somebody unknown';

/** @param by the OpenID provider; absent: a password of ours */
export async function recordSignIn(database: Database, userName: string, by?: string): Promise<void> {
  const input = by === undefined ? {} : { by };
  await recordAct(database, { act: 'session.begin', actor: userName, via: 'api', input, outcome: 'DONE' });
}

export async function recordSignOut(database: Database, userName: string): Promise<void> {
  await recordAct(database, { act: 'session.end', actor: userName, via: 'api', input: {}, outcome: 'DONE' });
}

export interface Refusal {
  readonly error: unknown;
  /** Whose account it is; absent: nobody's. What was typed as a name may be a password, and is written nowhere. */
  readonly userName?: string;
  readonly by?: string;
}

/** At most REFUSED_SIGN_INS_RECORDED_MAX in SIGN_IN_WINDOW_MS: nobody fills the table by guessing. The log has all. */
export async function recordRefusal(database: Database, { error, userName, by }: Refusal): Promise<void> {
  const act = {
    ...{ act: 'session.refused', actor: userName ?? UNKNOWN, via: 'api' },
    ...{ input: by === undefined ? {} : { by }, outcome: describeError(error).code },
  };
  await recordAct(database, act, { max: REFUSED_SIGN_INS_RECORDED_MAX, withinMs: SIGN_IN_WINDOW_MS });
}
