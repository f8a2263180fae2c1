import type { ImportState } from '../../src/domain/feed-import.ts';
import { StateBadge, type Tone } from './state-badge.tsx';

const TONES: Readonly<Record<ImportState, readonly [Tone, string]>> = {
  held: ['attention', 'A gate holds it: nothing of it is applied until a person decides.'],
  approved: ['waiting', 'A person has let it through: the next run of the import applies it.'],
  rejected: ['none', 'A person has refused it: nothing of it is applied.'],
  replaced: ['none', 'A later file of the same source says the same anew.'],
  applying: ['busy', 'It is posted chunk by chunk.'],
  applied: ['good', 'What it says is in the ledger.'],
  undone: ['paused', 'What it had posted was taken back.'],
};

export function ImportStateBadge({ state }: { readonly state: ImportState }) {
  const [tone, about] = TONES[state];
  return (
    <StateBadge tone={tone} about={about}>
      {state}
    </StateBadge>
  );
}
