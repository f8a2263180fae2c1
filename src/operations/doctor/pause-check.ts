import { pauseInWords } from '../../domain/lane-pause.ts';
import { counted } from '../../domain/words.ts';
import { glanceAtLane } from '../../postgres/lane/lane-view.ts';
import type { Shop } from '../../postgres/master-data/shops.ts';
import type { Application } from '../application.ts';
import { findSchedule, type ScheduleLook } from '../schedule-look.ts';
import { faulty, fine, notKnown, type Finding } from './check.ts';

/** Whether somebody has paused the lane, or only its schedule, which does not stop it. */
export async function inspectPause(
  app: Application,
  { shopId, closingSince }: Shop,
  look: ScheduleLook,
): Promise<Finding> {
  const { pause, filesWaiting } = await glanceAtLane(await app.database(), shopId);
  if (pause !== null) {
    return faulty(
      `The lane is ${pauseInWords(pause)}. Nothing is sent; ${counted(filesWaiting, 'file')} ${filesWaiting === 1 ? 'waits' : 'wait'}.`,
      `\`atp lane ${shopId} resume\` lets it go on.`,
      { code: 'LANE_PAUSED', since: pause.since },
    );
  }
  const notPaused = 'The lane is not paused';
  if (closingSince !== null) return fine(`${notPaused}.`);
  if (look.unknown !== null)
    return notKnown(`${notPaused}; nothing is known of its schedule: ${look.unknown}`);
  const sweep = findSchedule(look, 'process-uploads', shopId)?.schedule;
  if (sweep?.state !== 'paused') return fine(`${notPaused}.`);
  return faulty(
    `The schedule of Process uploads is paused (${sweep.note ?? 'no reason given'}), but the lane still sends: every job that makes a file wakes it.`,
    `\`atp lane ${shopId} pause --reason <text>\` stops it; \`atp job resume process-uploads --shop ${shopId}\` brings the schedule back.`,
    { code: 'LANE_SENDS_UNSWEPT' },
  );
}
