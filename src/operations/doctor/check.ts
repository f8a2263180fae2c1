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

/** A check never throws: what goes wrong in it is what it found. */
export async function check(name: string, work: () => Promise<Finding>): Promise<Check> {
  try {
    return { name, ...(await work()) };
  } catch (error) {
    const { code, message, hint } = describeError(error);
    return { name, ok: false, detail: `${code}: ${message}`, hint };
  }
}

/** What can only be seen once something else is right is not passed over in silence. */
export function notChecked(name: string, first: Check): Check {
  return {
    name,
    ok: false,
    detail: `Not checked: it needs "${first.name}".`,
    hint: `Mend "${first.name}" first.`,
  };
}
