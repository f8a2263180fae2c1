/** Updates a schedule that somebody else may change at the same moment, such as a person who pauses it during a deploy. */
import { setTimeout as pause } from 'node:timers/promises';
import {
  ScheduleClient,
  type ScheduleDescription,
  type ScheduleHandle,
  type ScheduleUpdateOptions,
} from '@temporalio/client';
import { AtpError } from '../domain/errors.ts';
import {
  SCHEDULE_UPDATE_LOOK_EVERY_MS,
  SCHEDULE_UPDATE_LOOKS_MAX,
  SCHEDULE_UPDATE_TRIES_MAX,
} from '../domain/limits.ts';
import { askTemporal, type TemporalClient } from './connection.ts';
import { GrpcStatus, grpcStatusOf } from './grpc-status.ts';

/**
 * Changes the schedule by what `change` makes of it. Where somebody else changes it between the look at the schedule and its
 * update, the change is made anew of what that has left.
 *
 * @param change null: of what was found it has nothing to change any more
 * @param isInForce whether a schedule shows the change. It tells two updates apart that come at once, of which the server
 *   takes the first; a pause that comes first is told without it
 * @returns the schedule after the change
 * @throws ScheduleNotFoundError; AtpError SCHEDULE_UPDATE_LOST
 */
export async function updateSchedule(
  temporal: TemporalClient,
  scheduleId: string,
  change: (found: ScheduleDescription) => ScheduleUpdateOptions | null,
  isInForce: (after: ScheduleDescription, before: ScheduleDescription) => boolean,
): Promise<ScheduleDescription> {
  const handle = unlessChanged(temporal).getHandle(scheduleId);
  for (let tries = 0; tries < SCHEDULE_UPDATE_TRIES_MAX; tries += 1) {
    const updated = await tryUpdate(temporal, handle, change);
    if (updated && (updated.isLeft || isInForce(updated.after, updated.before))) return updated.after;
  }
  throw new AtpError('SCHEDULE_UPDATE_LOST', { scheduleId });
}

interface Updated {
  readonly before: ScheduleDescription;
  readonly after: ScheduleDescription;
  /** There was nothing to change. */
  readonly isLeft: boolean;
}

/** Ends an update of the SDK before it is sent. */
class NothingToChange extends Error {}

/** Null: the server has dropped the update, because something came first. */
async function tryUpdate(
  temporal: TemporalClient,
  handle: ScheduleHandle,
  change: (found: ScheduleDescription) => ScheduleUpdateOptions | null,
): Promise<Updated | null> {
  let before: ScheduleDescription | undefined;
  try {
    await askTemporal(temporal, () =>
      handle.update((found) => {
        before = found;
        const changed = change(found);
        if (changed === null) throw new NothingToChange();
        return changed;
      }),
    );
  } catch (error) {
    if (error instanceof NothingToChange && before) return { before, after: before, isLeft: true };
    // So the server that answers at once says that another change came first; the usual one says nothing.
    if (grpcStatusOf(error)?.code === GrpcStatus.FAILED_PRECONDITION) return null;
    throw error;
  }
  // The server takes an update some moments after its answer.
  for (let looks = 0; looks < SCHEDULE_UPDATE_LOOKS_MAX; looks += 1) {
    const after = await askTemporal(temporal, () => handle.describe());
    if (before && tokenOf(after) !== tokenOf(before))
      return isUpdatedSince(before, after) ? { before, after, isLeft: false } : null;
    await pause(SCHEDULE_UPDATE_LOOK_EVERY_MS);
  }
  return null;
}

/** Only an update moves this time; a pause moves the token alone. */
function isUpdatedSince(before: ScheduleDescription, after: ScheduleDescription): boolean {
  return after.info.lastUpdatedAt?.getTime() !== before.info.lastUpdatedAt?.getTime();
}

function tokenOf(found: ScheduleDescription): string {
  return Buffer.from(found.raw.conflictToken ?? []).toString('hex');
}

/**
 * A client whose update counts only while the schedule is as the client has last seen it: it gives the server the token of
 * its last look. The SDK's own gives none, and then an update takes back what came after its look.
 */
function unlessChanged({ client, namespace }: TemporalClient): ScheduleClient {
  const service = client.connection.workflowService;
  let conflictToken: Uint8Array | null | undefined;
  const guarded = Object.create(service, {
    describeSchedule: {
      value: async (request: Parameters<typeof service.describeSchedule>[0]) => {
        const answer = await service.describeSchedule(request);
        ({ conflictToken } = answer);
        return answer;
      },
    },
    updateSchedule: {
      value: (request: Parameters<typeof service.updateSchedule>[0]) =>
        service.updateSchedule({ ...request, conflictToken: conflictToken ?? null }),
    },
  }) as typeof service;
  const connection = Object.create(client.connection, {
    workflowService: { value: guarded },
  }) as typeof client.connection;
  return new ScheduleClient({ connection, namespace });
}
