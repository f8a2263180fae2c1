import { SHOWN_TEXT_LENGTH_MAX } from '../../domain/limits.ts';
import { showText } from '../../domain/shown-text.ts';
import { describeError } from '../described-error.ts';

/** One thing that must be right for the jobs to work. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  /** What mends it, or what may be worth a look; null: nothing to do. */
  readonly hint: string | null;
}

export type Finding = Omit<Check, 'name'>;

export function fine(detail: string, hint: string | null = null): Finding {
  return { ok: true, detail, hint };
}

export function faulty(detail: string, hint: string): Finding {
  return { ok: false, detail, hint };
}

/**
 * Runs a check. It never throws: an error is reported as its finding. What the finding tells may come from outside, such as
 * the name of a location: it is shown on one line.
 */
export async function check(name: string, work: () => Promise<Finding>): Promise<Check> {
  try {
    const { ok, detail, hint } = await work();
    return { name, ok, detail: showText(detail, SHOWN_TEXT_LENGTH_MAX), hint };
  } catch (error) {
    const { code, message, hint } = describeError(error);
    return { name, ok: false, detail: `${code}: ${message}`, hint };
  }
}

/** Reports a check that could not run, because `first` failed. */
export function notChecked(name: string, first: Check): Check {
  return {
    name,
    ok: false,
    detail: `Not checked: it needs "${first.name}".`,
    hint: `Mend "${first.name}" first.`,
  };
}
