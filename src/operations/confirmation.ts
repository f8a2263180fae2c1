/** Acts that cannot be taken back are asked about first. */
import { AtpError } from '../domain/errors.ts';
import { optional, yesOrNo } from '../domain/input-fields.ts';
import type { Context } from './operation.ts';

/** The field by which a caller who is not to be asked confirms an act. */
export const YES = optional(yesOrNo('do it without asking'));

/**
 * Asks the caller, unless `yes` was given.
 *
 * @param consequence what the act does, in whole sentences
 * @throws AtpError NOT_CONFIRMED: the answer was no, or nobody is there to answer
 */
export async function confirm(
  { ask, nameOf }: Context,
  yes: boolean | undefined,
  consequence: string,
): Promise<void> {
  if (yes === true || (await ask(consequence))) return;
  throw new AtpError('NOT_CONFIRMED', { consequence, yes: nameOf('yes') });
}
