/** States of lanes and files, and the names of kinds, as every page shows them. */
import type { UploadFileKind, UploadFileState } from '../../src/domain/upload-file.ts';
import type { ResultOf } from '../api/operation-types.ts';
import { StateBadge, type Tone } from './state-badge.tsx';

type LaneState = ResultOf<'lane.list'>[number]['state'];

const LANES: Readonly<Record<LaneState, readonly [Tone, string, string]>> = {
  idle: ['none', 'Idle', 'No file waits.'],
  waiting: ['waiting', 'Waiting', 'Files wait, and no run applies them now.'],
  applying: ['busy', 'Applying', 'A run applies files.'],
  blocked: ['bad', 'Blocked', 'Its first file cannot be applied: nothing later is applied before it.'],
  paused: ['paused', 'Paused', 'A person has paused it: files are made and wait.'],
};

export function LaneBadge({ state }: { readonly state: LaneState }) {
  const [tone, word, about] = LANES[state];
  return (
    <StateBadge tone={tone} about={about}>
      {word}
    </StateBadge>
  );
}

const FILES: Readonly<Record<UploadFileState, readonly [Tone, string, string]>> = {
  WRITING: ['busy', 'Writing', 'Its rows are there; it is being written to SFTP.'],
  READY: ['waiting', 'Ready', 'It lies on SFTP and waits for its turn.'],
  APPLYING: ['busy', 'Applying', 'Its rows are being brought onto Shopify.'],
  BLOCKED: ['bad', 'Blocked', 'It cannot be applied, or a person has stopped it.'],
  APPLIED: [
    'good',
    'Applied',
    'Shopify has taken every row, or it needed no write. That is not yet verified.',
  ],
  PARTIAL: ['attention', 'Applied in part', 'Some of its rows are quarantined or owed to a later file.'],
  SKIPPED: ['none', 'Left out', 'A person has left it out; its products come with a later file.'],
  SUPERSEDED: ['none', 'Superseded', 'A later file has everything that it had.'],
};

export const FILE_STATE_NAMES = Object.fromEntries(
  Object.entries(FILES).map(([state, [, word]]) => [state, word]),
) as Readonly<Record<UploadFileState, string>>;

export function FileBadge({ state }: { readonly state: UploadFileState }) {
  const [tone, word, about] = FILES[state];
  return (
    <StateBadge tone={tone} about={about}>
      {word}
    </StateBadge>
  );
}

export const FILE_KIND_NAMES: Readonly<Record<UploadFileKind, string>> = {
  'hard-sync': 'Hard Sync',
  'recent-changes': 'Recent changes',
  drain: 'Drain',
};
