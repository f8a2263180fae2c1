/** Why the guard withholds a product, in a word and a sentence. */
import type { PlanCause } from '../../src/domain/sync-plan.ts';
import { StateBadge, type Tone } from './state-badge.tsx';

const CAUSES: Readonly<Record<PlanCause, readonly [Tone, string, string]>> = {
  COLLAPSE: ['bad', 'Collapse', 'It would fall to a quarter or less, and no sales explain it.'],
  SURGE: ['attention', 'Surge', 'It would rise to more than four times what it is.'],
  SELL_OUT: ['attention', 'Sell-out', 'It would sell out by sales of other channels.'],
  FIRST_HARD_SYNC: ['waiting', 'First Hard Sync', 'What somebody else has set on Shopify would be replaced.'],
};

export function PlanCauseBadge({ cause }: { readonly cause: PlanCause }) {
  const [tone, word, about] = CAUSES[cause];
  return (
    <StateBadge tone={tone} about={about}>
      {word}
    </StateBadge>
  );
}
