/** What stops a lane, and the decisions that a person can take about it. */
import { Group, Stack, Text } from '@mantine/core';
import { isMendedAtShop } from '../../../src/domain/failed-step.ts';
import { isErrorCode } from '../../../src/domain/failure.ts';
import { Act } from '../../parts/act.tsx';
import { DoneLink } from '../../parts/tell.tsx';
import { Cause, takeApart } from '../../parts/cause.tsx';
import { WholeInstant } from '../../parts/instant.tsx';
import { Notice } from '../../parts/notice.tsx';
import { runHref } from '../../parts/run-link.tsx';
import type { LaneView } from './lane-view.ts';

export function LaneTrouble({ lane }: { readonly lane: LaneView }) {
  const { pause, shopId } = lane;
  return (
    <>
      {pause && (
        <Notice tone="paused" title="Paused: nothing is sent">
          <Text size="sm">
            {pause.by} has paused the lane: {pause.reason}. Since <WholeInstant at={pause.since} />.
          </Text>
        </Notice>
      )}
      {lane.reason !== null && <Blocked lane={lane} reason={lane.reason} />}
      {lane.reason === null && <Hold lane={lane} key={shopId} />}
    </>
  );
}

function firstThatWaits({ files, head }: LaneView) {
  return files.find(({ sequence }) => sequence === head);
}

function Blocked({ lane, reason }: { readonly lane: LaneView; readonly reason: string }) {
  const { shopId, blockedSince, movedOnBy } = lane;
  const head = firstThatWaits(lane);
  const { code, message } = takeApart(reason);
  const needsHardSync = code === 'HARD_SYNC_REQUIRED';
  return (
    <Notice tone="bad" title={titleOf({ head, needsHardSync, isBlocked: head?.status === 'BLOCKED' })}>
      <Cause code={code} message={message} detail={{ shopId, sequence: head?.sequence }} />
      <Text size="sm" mt="xs">
        {blockedSince && (
          <>
            Since <WholeInstant at={blockedSince} />.{' '}
          </>
        )}
        {movedOnBy === 'next-run'
          ? needsHardSync
            ? 'The next run starts the Hard Sync that it needs.'
            : 'The next run tries it again by itself.'
          : isMendedAtShop(reason)
            ? 'It goes on by itself when the cause is mended.'
            : 'A person must decide.'}
      </Text>
      {needsHardSync || !head ? (
        <Group gap="xs" mt="sm">
          <Act
            name="job.run"
            label="Hard Sync now"
            input={{ job: 'hard-sync', shopId }}
            consequence="Every mapped product is published anew."
            done={({ run }) => <DoneLink href={runHref(run)}>The Hard Sync</DoneLink>}
          />
        </Group>
      ) : head.status === 'BLOCKED' ? (
        <Decisions shopId={shopId} sequence={head.sequence} code={code} />
      ) : (
        <HoldAct shopId={shopId} sequence={head.sequence} />
      )}
    </Notice>
  );
}

function titleOf({
  head,
  needsHardSync,
  isBlocked,
}: {
  readonly head: { readonly sequence: number } | undefined;
  readonly needsHardSync: boolean;
  readonly isBlocked: boolean;
}): string {
  if (needsHardSync || !head) return 'Nothing is sent before a Hard Sync';
  return isBlocked
    ? `File ${head.sequence} blocks the lane`
    : `File ${head.sequence} has failed, and is tried again`;
}

interface DecisionsProps {
  readonly shopId: string;
  readonly sequence: number;
  /** What blocks it as it is looked at: the decision is about that, and refused if it is something else by now. */
  readonly code: string | null;
}

function Decisions({ shopId, sequence, code }: DecisionsProps) {
  const input = { shopId, sequence, ...(isErrorCode(code) && { expectedReason: code }) };
  const about = { input, ask: ['reason'], need: ['reason'] } as const;
  return (
    <Stack gap={6} mt="sm">
      <Group gap="xs">
        <Act
          {...about}
          name="lane.retry"
          label="Resend"
          button={{ variant: 'filled' }}
          consequence={`File ${sequence} is tried again where it stopped: the same rows, by the same requests with the same keys. What Shopify has taken already is not written twice.`}
          done={() => `File ${sequence} is tried again`}
        />
        <Act
          {...about}
          name="lane.rewrite"
          label="Rewrite the file"
          consequence={`File ${sequence} is written to SFTP again, from its rows; what lies there under its name is set aside. The rows stay the same.`}
          done={() => `File ${sequence} is written again`}
        />
        <Act
          {...about}
          name="lane.skip"
          label="Leave it out"
          isDangerous
          consequence={`File ${sequence} is not applied. Its products come with the next file, as they are then.`}
          done={({ decided }) =>
            `File ${sequence} is left out; ${decided.owed ?? 0} products come with the next file`
          }
        />
      </Group>
      <Text size="xs" c="dimmed">
        Resend repeats what is stored. To compute products anew, use Re-sync products.
      </Text>
    </Stack>
  );
}

/** A file that waits or is under way can be stopped, so that somebody can decide about it. */
function Hold({ lane }: { readonly lane: LaneView }) {
  const head = firstThatWaits(lane);
  return head ? <HoldAct shopId={lane.shopId} sequence={head.sequence} /> : null;
}

function HoldAct({ shopId, sequence }: { readonly shopId: string; readonly sequence: number }) {
  return (
    <Group gap="xs">
      <Act
        name="lane.hold"
        label={`Stop file ${sequence}`}
        input={{ shopId, sequence }}
        ask={['reason']}
        isDangerous
        consequence="It is blocked, whatever a run does with it now; then it can be sent again, rewritten or left out."
        done={() => `File ${sequence} is stopped`}
      />
    </Group>
  );
}
