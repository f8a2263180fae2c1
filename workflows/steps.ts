/** One step of a story: an activity, with its profile and a sentence for whoever reads the history. */
import { scheduleActivity } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { PROFILES, WHILE_A_PERSON_WAITS } from './activity-options.ts';

type Activity = keyof Activities;
type Arguments<Name extends Activity> = Parameters<Activities[Name]>;
type Result<Name extends Activity> = Awaited<ReturnType<Activities[Name]>>;

/** @param summary what the step does, as the timeline shows it: `Write file 42 to SFTP` */
export function step<Name extends Activity>(
  name: Name,
  summary: string,
  ...args: Arguments<Name>
): Promise<Result<Name>> {
  return scheduleActivity(name, args, { ...PROFILES[name], summary });
}

/** A step that a person waits for. It is given up after a few attempts. */
export function briefStep<Name extends Activity>(
  name: Name,
  summary: string,
  ...args: Arguments<Name>
): Promise<Result<Name>> {
  return scheduleActivity(name, args, { ...PROFILES[name], retry: WHILE_A_PERSON_WAITS, summary });
}
