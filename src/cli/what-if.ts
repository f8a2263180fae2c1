import { counted } from '../domain/words.ts';
import { showWhatIf } from '../operations/what-if.ts';
import { command } from './command.ts';
import { table } from './table.ts';

export const WHAT_IF_COMMANDS = [
  command({
    path: 'what-if',
    operation: showWhatIf,
    show: ({ facilityGroupId, totals, products, next }) => {
      const { compared, moved, toZero, becomeSellable, unitsLost, unitsGained } = totals;
      const rows = products.map(({ sku, before, after, change }) => [sku, before, after, change]);
      return [
        table(['SKU', 'Online ATP', 'Would be', 'Change'], rows, 'Nothing would move.'),
        `${counted(moved, 'product')} of ${compared} would move in ${facilityGroupId}: ${toZero} to zero, ${becomeSellable} from zero; ${counted(unitsLost, 'unit')} less on some, ${unitsGained} more on others.`,
        ...(next === null ? [] : [`More: --after '${next}'`]),
      ].join('\n');
    },
  }),
];
