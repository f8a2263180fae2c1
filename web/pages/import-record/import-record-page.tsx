/** One import: what it has changed or would change, why it was held, what a person has decided, and decisions still to take. */
import { Alert, Card, Stack, Text, Title } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { reasonsInWords } from '../../../src/domain/feed-gates.ts';
import type { ResultOf } from '../../api/operation-types.ts';
import { useLook } from '../../api/queries.ts';
import { Act } from '../../parts/act.tsx';
import { Facts } from '../../parts/facts.tsx';
import { EffectFacts, MovesTable } from '../../parts/import-effect.tsx';
import { ImportStateBadge } from '../../parts/import-state.tsx';
import { WholeInstant } from '../../parts/instant.tsx';
import { Empty, Loaded, Page } from '../../parts/page.tsx';
import { RowsProgress } from '../../parts/rows-progress.tsx';
import { formatUnits, Units } from '../../parts/units.tsx';
import { RefusedOfImport } from './refused-of-import.tsx';

/** While it is posted, a person waits for it. */
const LOOK_AGAIN_MS = 5_000;

const isAtWork = ({ state }: Shown) => state === 'applying' || state === 'approved';

export function ImportRecordPage() {
  const importId = Number(useParams({ from: '/import/$importId' }).importId);
  const look = useLook('import.show', { importId }, { workMs: LOOK_AGAIN_MS, isAtWork });
  return (
    <Page
      title={`Import ${importId}`}
      about={look.data?.fileName}
      actions={look.data && <Acts of={look.data} />}
    >
      <Loaded look={look} lines={10}>
        {(record) => <Record record={record} />}
      </Loaded>
    </Page>
  );
}

type Shown = ResultOf<'import.show'>;

function Acts({ of: { importId, state, isRefused, effect, fileName } }: { readonly of: Shown }) {
  if (state === 'held') {
    return (
      <>
        <Act
          name="import.approve"
          label="Approve"
          input={{ importId }}
          ask={['reason']}
          consequence={
            effect
              ? `The file is applied as it is: ${formatUnits(effect.levels)} quantities change, from ${formatUnits(effect.unitsBefore)} units to ${formatUnits(effect.unitsAfter)}; ${formatUnits(effect.toZero)} fall to zero.`
              : 'The file is applied as it is.'
          }
          done={() => `Import ${importId} is approved: the next run applies it`}
          button={{ variant: 'filled' }}
        />
        <Act
          name="import.reject"
          label="Reject"
          input={{ importId }}
          ask={['reason']}
          isDangerous
          consequence={`Nothing of ${fileName} is applied. It goes to error/, where its sender finds it.`}
          done={() => `Import ${importId} is rejected`}
        />
      </>
    );
  }
  if (state !== 'applied' || isRefused) return null;
  return (
    <Act
      name="import.undo"
      label="Undo"
      input={{ importId }}
      ask={['reason']}
      isDangerous
      consequence="What it has posted is taken back by postings of the opposite, as if it had never come. What somebody has counted since stays."
      done={({ postings, countedSince, changedSince }) =>
        `${formatUnits(postings)} postings taken back; ${formatUnits(countedSince + changedSince.length)} quantities stay, because they were counted or changed since`
      }
    />
  );
}

const EFFECT_TITLES: Readonly<Record<Shown['state'], string>> = {
  held: 'What it would change',
  approved: 'What it would change',
  rejected: 'What it would have changed',
  replaced: 'What it would have changed',
  applying: 'What it changes',
  applied: 'What it has changed',
  undone: 'What it had changed, and was taken back',
};

function Record({ record }: { readonly record: Shown }) {
  const {
    importId,
    state,
    type,
    source,
    cameAt,
    rows,
    refused,
    reasons,
    effect,
    done,
    pending,
    isBeingUndone,
  } = record;
  return (
    <Stack gap="md">
      <Card>
        <Stack gap="md">
          <Facts
            facts={[
              { name: 'State', value: <ImportStateBadge of={record} /> },
              { name: 'Type', value: type },
              { name: 'Source', value: source ?? 'uploaded by a person' },
              { name: 'Came', value: <WholeInstant at={cameAt} /> },
              { name: 'Rows in the file', value: <Units value={rows} /> },
              { name: 'Refused', value: <Units value={refused} /> },
            ]}
          />
          {state === 'applying' && done !== null && (
            <RowsProgress
              label={isBeingUndone ? 'Postings that are taken back' : 'Rows that are posted'}
              done={done}
              total={done + (pending ?? 0)}
            />
          )}
          {reasons.length > 0 && (
            <Alert color="orange" title={state === 'held' ? 'Why it is held' : 'Why it was held'}>
              <Text size="sm">{sentence(reasonsInWords(reasons))}</Text>
            </Alert>
          )}
          <Decision record={record} />
        </Stack>
      </Card>
      {refused > 0 && <RefusedOfImport importId={importId} />}
      <Card component="section" aria-labelledby="effect">
        <Stack gap="md">
          <Title order={2} id="effect">
            {isBeingUndone ? 'What it had changed, and is being taken back' : EFFECT_TITLES[state]}
          </Title>
          {effect ? (
            <>
              <EffectFacts effect={effect} />
              <MovesTable effect={effect} />
            </>
          ) : (
            <Empty title="No quantity on hand">
              A file of this type changes settings, orders or master data; or its effect is not known yet.
            </Empty>
          )}
        </Stack>
      </Card>
    </Stack>
  );
}

function Decision({ record: { decidedAt, decidedBy, decisionReason } }: { readonly record: Shown }) {
  if (decidedAt === null) return null;
  return (
    <Facts
      columns={3}
      facts={[
        { name: 'Decided by', value: decidedBy },
        { name: 'Decided', value: <WholeInstant at={decidedAt} /> },
        { name: 'Reason', value: decisionReason },
      ]}
    />
  );
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
