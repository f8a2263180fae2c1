import { counted } from '../domain/words.ts';
import type { auditLane } from '../operations/lane.ts';
import type { ResultOf } from '../operations/operation.ts';
import { table } from './table.ts';

type ShopAudit = ResultOf<typeof auditLane>;

/** What `atp lane <shop> --audit` has found, for a person. */
export function auditText(audit: ShopAudit): string {
  const { shopId, steps, files, gaps, gapCount, changes, unpublished, unpublishedCount } = audit;
  const looked = `${counted(steps, 'snapshot')}, ${counted(files, 'file')}, ${counted(changes.logged, 'logged change')} (${changes.pending} of them for the next file)`;
  if (audit.isSound) return `${shopId}: nothing is lost. Looked at ${looked}.`;
  return [
    `${shopId}: NOT sound. Looked at ${looked}.`,
    ...gaps.map((gap) => `  ${gap}`),
    ...(gapCount > gaps.length ? [`  and ${gapCount - gaps.length} more`] : []),
    ...(changes.lost > 0 ? [`  ${counted(changes.lost, 'change')} in no file`] : []),
    ...(unpublishedCount > 0
      ? [
          `${counted(unpublishedCount, 'product')} ${unpublishedCount === 1 ? 'differs' : 'differ'} from what was published, and no file would carry the difference:`,
          table(
            ['SKU', 'Published', 'Online ATP'],
            unpublished.map(({ sku, published, onlineAtp }) => [sku, published, onlineAtp]),
            '',
          ),
        ]
      : []),
    ...(gapCount > 0 || changes.lost > 0 || unpublishedCount > 0
      ? [`  \`atp job run hard-sync --shop ${shopId} --wait\` publishes everything anew`]
      : []),
    ...levelLines(audit),
  ].join('\n');
}

function levelLines({ wrongLevelCount, wrongLevels }: ShopAudit): string[] {
  if (wrongLevelCount === 0) return [];
  const rows = wrongLevels.map((level) => [
    level.sku,
    level.facilityId,
    level.quantityOnHand,
    level.postedOnHand,
    level.reserved,
    level.postedReserved,
  ]);
  return [
    `${counted(wrongLevelCount, 'level')} ${wrongLevelCount === 1 ? 'is' : 'are'} not the sum of the ledger:`,
    table(['SKU', 'Facility', 'On hand', 'Posted', 'Reserved', 'Posted'], rows, ''),
    '  Somebody has changed the tables past their rules; docs/guides/roles.md says how to set the levels right',
  ];
}
