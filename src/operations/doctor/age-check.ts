/** Whether Shopify shows what changed, and what keeps single products from it. */
import { durationText } from '../../domain/duration.ts';
import { AtpError } from '../../domain/errors.ts';
import { isErrorCode } from '../../domain/failure.ts';
import { figureInWords, isWithinLimit, waitingInWords, type Waiting } from '../../domain/oldest-change.ts';
import { counted } from '../../domain/words.ts';
import { findOldestChange } from '../../postgres/age/oldest-changes.ts';
import { listNotBrought, type NotBrought } from '../../postgres/lane/not-brought.ts';
import type { Shop } from '../../postgres/master-data/shops.ts';
import type { Application } from '../application.ts';
import { faulty, faultyFor, fine, type Finding } from './check.ts';

/** The one figure: how old the oldest change is that is not on Shopify, and why. */
export async function inspectOldestChange(app: Application, { shopId }: Shop): Promise<Finding> {
  const figure = await findOldestChange(await app.database(), shopId);
  if (figure?.onItsWay === null || figure === null) {
    const apart = figure?.setApart ? ` What is set apart: ${waitingInWords(figure, figure.setApart)}.` : '';
    return fine(`No change is on its way to Shopify.${apart}`);
  }
  const limit = `the limit is ${durationText(figure.limitMs)}`;
  if (isWithinLimit(figure)) return fine(`${figureInWords(figure).replaceAll('\n', '; ')}; ${limit}.`);
  return faulty(
    `The oldest change that is not on Shopify is of ${figure.onItsWay.since}: ${waitingInWords(figure, figure.onItsWay)}; ${limit}.`,
    whatMends(shopId, figure.onItsWay),
    { code: 'CHANGE_TOO_OLD', since: figure.onItsWay.since },
  );
}

/** @param waiting a change on its way */
function whatMends(shopId: string, { cause }: Waiting): string {
  switch (cause) {
    case 'LANE_PAUSED':
      return `\`atp lane ${shopId} resume\` lets the lane go on.`;
    case 'LANE_BLOCKED':
      return `\`atp lane ${shopId}\` shows what blocks it, and what you can do.`;
    case 'HARD_SYNC_NEEDED':
      return `\`atp job run hard-sync --shop ${shopId} --wait\` makes it now.`;
    case 'WAITS_FOR_DELTA':
    case 'OWED':
      return `\`atp job run recent-changes --shop ${shopId} --wait\` makes the delta now; \`atp job show recent-changes --shop ${shopId}\` shows why none was made.`;
    default:
      return `\`atp lane ${shopId}\` and \`atp pipeline running --shop ${shopId}\` show what the lane does; \`atp job run process-uploads --shop ${shopId} --wait\` applies what waits.`;
  }
}

/** Quarantined products are a fault that somebody mends, each cause in its own way; owed ones come by themselves. */
export async function inspectNotBrought(app: Application, { shopId }: Shop): Promise<Finding> {
  const { quarantined, owed } = await listNotBrought(await app.database(), shopId);
  const owedText = owed.map((found) => inWords(found)).join('; ');
  const comes = owed.length === 0 ? '' : ` The next file has what is owed: ${owedText}.`;
  if (quarantined.length === 0) return fine(`No product is quarantined.${comes}`);
  const found = faultyFor(
    'PRODUCTS_QUARANTINED',
    quarantined.map((each) => ({
      part: each.cause,
      detail: `Quarantined: ${inWords(each)}.`,
      hint: `${each.cause}: ${hintOf(shopId, each.cause)}`,
      since: each.since,
    })),
  );
  return { ...found, detail: `${found.detail}${comes}` };
}

function inWords({ cause, products, skus, since }: NotBrought): string {
  const rest = products > skus.length ? `, and ${products - skus.length} more` : '';
  return `${counted(products, 'product')} by ${cause} (${skus.join(', ')}${rest}), since ${since.toISOString()}`;
}

/** The hint of the cause's own error. */
function hintOf(shopId: string, cause: string): string {
  if (!isErrorCode(cause)) return `\`atp lane ${shopId}\` shows the message.`;
  return new AtpError(cause, { shopId }).hint.replaceAll('<shop>', shopId);
}
