import { stateInWords, type FeedImport, type ImportStateWord } from '../../src/domain/feed-import.ts';
import { StateBadge, type Tone } from './state-badge.tsx';

const TONES: Readonly<Record<ImportStateWord, readonly [Tone, string]>> = {
  held: ['attention', 'A gate holds it: nothing of it is applied until a person decides.'],
  approved: ['waiting', 'A person has let it through: the next run of the import applies it.'],
  rejected: ['none', 'A person has refused it: nothing of it is applied.'],
  replaced: ['none', 'A later file of the same source says the same anew.'],
  applying: ['busy', 'It is posted chunk by chunk.'],
  applied: ['good', 'What it says is in the ledger.'],
  undone: ['paused', 'What it had posted was taken back.'],
  refused: ['bad', 'Each of its rows was refused: nothing of it was applied.'],
};

export function ImportStateBadge({ of }: { readonly of: Pick<FeedImport, 'state' | 'isRefused'> }) {
  const word = stateInWords(of);
  const [tone, about] = TONES[word];
  return (
    <StateBadge tone={tone} about={about}>
      {word}
    </StateBadge>
  );
}
