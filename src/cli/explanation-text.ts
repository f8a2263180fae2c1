import { ATP_TERMS, sumOfTerms } from '../domain/online-atp.ts';
import type { ResultOf } from '../operations/operation.ts';
import type { explainProduct } from '../operations/products.ts';
import { table } from './table.ts';

type Explanation = ResultOf<typeof explainProduct>['explanation'];
type ExplainedFacility = Explanation['facilities'][number];
type LastPush = NonNullable<Explanation['lastPush']>;

/** Online ATP as a sum that a person can check with a pencil, and the facilities behind it. */
export function explanationText(explanation: Explanation, shopId: string | undefined): string {
  const { sku, facilityGroupId, at } = explanation;
  return [
    `${sku} in ${facilityGroupId}, ${at.toISOString()}`,
    '',
    ...sumLines(explanation),
    '',
    facilityTable(explanation),
    ...explanation.inTransit.map(transitLine),
    ...(shopId === undefined ? [] : ['', pushLine(shopId, explanation.lastPush)]),
  ].join('\n');
}

function sumLines({ terms, onlineAtp }: Explanation): string[] {
  const lines = ATP_TERMS.map(
    ({ term, sign, title }, index) => [index === 0 ? ' ' : sign, title, terms[term]] as const,
  );
  const sum = sumOfTerms(terms);
  const total: readonly (readonly [string, string, number])[] =
    sum < 0
      ? [
          ['=', 'Sum', sum],
          ['→', 'Online ATP (never below 0)', onlineAtp],
        ]
      : [['=', 'Online ATP', onlineAtp]];
  const nameWidth = Math.max(...[...lines, ...total].map(([, name]) => name.length));
  const unitsWidth = Math.max(...[...lines, ...total].map(([, , units]) => String(units).length));
  const drawn = ([sign, name, units]: readonly [string, string, number]): string =>
    `  ${sign} ${name.padEnd(nameWidth)}  ${String(units).replace('-', '−').padStart(unitsWidth)}`;
  return [...lines.map(drawn), `    ${'─'.repeat(nameWidth + unitsWidth + 2)}`, ...total.map(drawn)];
}

function facilityTable({ facilities, terms }: Explanation): string {
  // Where the floor is off, there is no adjustment, and a deficit eats the stock of the others.
  const least = terms.floorAdjustment > 0 ? 0 : -Infinity;
  const given = (facility: ExplainedFacility): number =>
    Math.max(least, facility.quantityOnHand - facility.reserved - facility.safetyStock);
  return table(
    ['Facility', 'Name', 'Sells online', 'On hand', 'Reserved', 'Safety stock', 'Gives'],
    facilities.map((facility) => [
      facility.facilityId,
      facility.facilityName,
      sellingInWords(facility),
      facility.quantityOnHand,
      facility.reserved,
      facility.safetyStock,
      facility.sellsOnline ? given(facility) : 0,
    ]),
    'No facility sells in the group, and none has ever had stock of the product.',
  );
}

function transitLine({ fromFacilityId, toFacilityId, units }: Explanation['inTransit'][number]): string {
  const [from, to] = [fromFacilityId ?? 'a supplier', toFacilityId ?? 'somebody else'];
  return `In transit from ${from} to ${to}: ${units}, on hand at neither.`;
}

function sellingInWords(facility: ExplainedFacility): string {
  if (facility.sellsOnline) return 'yes';
  if (facility.isClosed) return 'no: closed';
  return facility.isMember ? 'no: brokering is off for the product' : 'no: not in the group';
}

function pushLine(shopId: string, push: LastPush | null): string {
  if (push === null) return `${shopId}: no file with this product has been applied yet.`;
  const when = `file ${push.fileSequence}, ${push.at.toISOString()}`;
  const before = push.observed === null ? '' : ` (Shopify showed ${push.observed} before)`;
  if (push.errorCode !== null) return `${shopId}: not written by ${when}: ${push.errorCode}.`;
  const kept = keptBackLine(push);
  if (push.quantity === null)
    return `${shopId}: nothing to write by ${when}: Shopify showed ${push.observed} already.${kept}`;
  return `${shopId}: ${push.quantity} written by ${when}${before}.${kept}`;
}

function keptBackLine({ keptBack, keptBackSince, fileQuantity, fileSequence }: LastPush): string {
  if (keptBack === 0) return '';
  const since = keptBackSince === null ? '' : `, the first at ${keptBackSince}`;
  return [
    '',
    `  File ${fileSequence} says ${fileQuantity}, less ${keptBack} that are kept back: so many were seen to be gone from Shopify${since},`,
    '  and no imported order explains them yet. They are sold, it seems. What no order explains is put on sale again once the orders',
    '  of that time are imported: `atp doctor` says up to when they are.',
  ].join('\n');
}
