import { isHealedByFile, needsALook, type DifferenceCause } from '../../../src/domain/difference.ts';

/** What becomes of a difference. */
export function fateOf(
  cause: DifferenceCause,
): readonly [tone: 'attention' | 'bad' | 'waiting', word: string] {
  if (cause === 'WITHHELD') return ['attention', 'waits for a decision'];
  if (isHealedByFile(cause) && needsALook(cause)) return ['attention', 'can be healed'];
  if (needsALook(cause)) return ['bad', 'needs a person'];
  return ['waiting', 'ends by itself'];
}
