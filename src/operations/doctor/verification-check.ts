import { countHealed, waysOut, type DifferenceCauses } from '../../domain/difference-advice.ts';
import { CHECK_SKUS_NAMED, VERIFICATION_OLD_AFTER_MS } from '../../domain/limits.ts';
import { counted } from '../../domain/words.ts';
import { findVerification } from '../../postgres/lane/verifications.ts';
import type { Shop } from '../../postgres/master-data/shops.ts';
import type { Application } from '../application.ts';
import { faulty, fine, type Finding } from './check.ts';

/** What the last verification has found that does not end by itself. */
export async function inspectVerification(app: Application, { shopId }: Shop): Promise<Finding> {
  const last = await findVerification(await app.database(), shopId);
  if (last === null)
    return fine('The shop was never verified.', `\`atp verify ${shopId}\` compares it with Shopify.`);
  const { verifiedAt, checked, different, differentSince, causes, skus } = last;
  const at = verifiedAt.toISOString();
  const isOld = Date.now() - verifiedAt.getTime() > VERIFICATION_OLD_AFTER_MS;
  const anew = isOld ? `That is long ago: \`atp verify ${shopId}\` compares anew.` : null;
  if (differentSince === null)
    return fine(`None of ${counted(checked, 'product')} was wrong at ${at}.`, anew);
  const named = skus.slice(0, CHECK_SKUS_NAMED);
  const why = Object.entries(causes).map(([cause, count]) => `${cause} ${count}`);
  const rest = different > named.length ? `, and ${different - named.length} more` : '';
  return faulty(
    `${different} of ${counted(checked, 'product')} differed at ${at} (${why.join(', ')}): ${named.join(', ')}${rest}.`,
    whatToDo(shopId, causes),
    { code: 'VERIFY_DIFFERS', since: differentSince },
  );
}

/** By cause: of some of them, asking the next file for them would change nothing. */
function whatToDo(shopId: string, causes: DifferenceCauses): string {
  const healed = countHealed(causes);
  const left = waysOut(shopId, causes);
  const which = left.length === 0 ? (healed === 1 ? 'it' : 'them') : `${healed} of them`;
  return [
    `\`atp verify ${shopId}\` shows what each shows now.`,
    ...(healed === 0 ? [] : [`\`atp verify ${shopId} --heal\` lets the next file make ${which} equal.`]),
    ...(left.length === 0 ? [] : [`No file mends ${left.join('; ')}.`]),
  ].join(' ');
}
