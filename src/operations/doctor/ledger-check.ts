import { LEVELS_NAMED_MAX } from '../../domain/limits.ts';
import { counted } from '../../domain/words.ts';
import { checkLedger } from '../../postgres/online-atp/ledger-rules.ts';
import type { Application } from '../application.ts';
import { faulty, fine, type Finding } from './check.ts';

/** Adds up the whole ledger, so only when a person asks. */
export async function inspectLedger(app: Application): Promise<Finding> {
  const { postings, levels, rulesOff, wrongLevelCount, wrongLevels } = await checkLedger(
    await app.database(),
  );
  if (rulesOff.length > 0) {
    return faulty(
      `The rules that keep the ledger from being edited are switched off or gone: ${rulesOff.join(', ')}.`,
      'Whoever owns the tables has done that: switch them on (ALTER TABLE … ENABLE TRIGGER …), then look at the ledger against your last backup.',
    );
  }
  if (wrongLevelCount === 0) {
    return fine(
      `${counted(postings, 'posting')} add up to ${counted(levels, 'level')}, and none can be edited.`,
    );
  }
  const named = wrongLevels
    .slice(0, LEVELS_NAMED_MAX)
    .map(
      (level) =>
        `${level.sku} at ${level.facilityId} has ${level.quantityOnHand} on hand and ${level.reserved} reserved, posted are ${level.postedOnHand} and ${level.postedReserved}`,
    );
  return faulty(
    `${counted(wrongLevelCount, 'level')} not the sum of the ledger: ${named.join('; ')}.`,
    'Somebody has changed them past the rules of the tables, or a disk is damaged. `atp lane <shop> --audit` lists more of them; import a count of these products, and restore a backup where that is not enough.',
  );
}
