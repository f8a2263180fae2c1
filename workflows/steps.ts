/** One step of a story: an activity, with its profile and a sentence for whoever reads the history. */
import { scheduleActivity } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { SHOWN_TEXT_LENGTH_MAX } from '../src/domain/limits.ts';
import { showText } from '../src/domain/shown-text.ts';
import { BRIEF_RETRY, PROFILES } from './activity-options.ts';

type Activity = keyof Activities;
type Arguments<Name extends Activity> = Parameters<Activities[Name]>;
type Result<Name extends Activity> = Awaited<ReturnType<Activities[Name]>>;

/** @param summary what the step does, as the timeline shows it: `Write file 42 to SFTP` */
export function step<Name extends Activity>(
  name: Name,
  summary: string,
  ...args: Arguments<Name>
): Promise<Result<Name>> {
  return scheduleActivity(name, args, { ...PROFILES[name], ...shown(summary) });
}

/** The same, but given up after a few attempts: for a step that a person waits for, or that failed a short while ago. */
export function briefStep<Name extends Activity>(
  name: Name,
  summary: string,
  ...args: Arguments<Name>
): Promise<Result<Name>> {
  return scheduleActivity(name, args, {
    ...PROFILES[name],
    retry: BRIEF_RETRY,
    ...shown(summary),
  });
}

/** A summary may name a file of somebody else. */
function shown(summary: string): { readonly summary: string } {
  return { summary: showText(summary, SHOWN_TEXT_LENGTH_MAX) };
}
