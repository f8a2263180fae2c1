import { Card, Group, SegmentedControl } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { QUARANTINED_LISTED_MAX } from '../../../src/domain/limits.ts';
import { useLook } from '../../api/queries.ts';
import { Act } from '../../parts/act.tsx';
import { DoneLink } from '../../parts/tell.tsx';
import { Loaded, Page } from '../../parts/page.tsx';
import { runHref } from '../../parts/run-link.tsx';
import { useFilters } from '../../parts/use-filters.ts';
import { LaneDecisions } from './lane-decisions.tsx';
import { LaneFiles } from './lane-files.tsx';
import { LaneQuarantine } from './lane-quarantine.tsx';
import { LaneStanding } from './lane-standing.tsx';
import type { LaneView } from './lane-view.ts';
import { LeftItems } from './left-items.tsx';

/** While a run is at it, its rows are counted anew as often. */
const LOOK_AT_WORK_MS = 3_000;

const PARTS = [
  { value: 'files', label: 'Files' },
  { value: 'quarantine', label: 'Quarantine' },
  { value: 'left', label: 'Left items' },
  { value: 'decisions', label: 'Decisions' },
];

/** One shop's lane: how it stands, what a person can do about it, and all of its files. */
export function LanePage() {
  const { shopId } = useParams({ from: '/files/$shopId' });
  const [{ part = 'files' }, setFilters] = useFilters(['part']);
  const lanes = useLook('lane.list');
  const isAtWork = lanes.data?.some((lane) => lane.shopId === shopId && lane.state === 'applying');
  const lane = useLook('lane.show', { shopId }, isAtWork ? { lookAgainMs: LOOK_AT_WORK_MS } : {});
  return (
    <Page
      title={`Files of ${shopId}`}
      about="In sequence: each file waits until the one before it is done with."
      actions={<LaneActs shopId={shopId} lane={lane.data} />}
    >
      <Loaded look={lane} lines={4}>
        {(view) => <LaneStanding lane={view} />}
      </Loaded>
      <SegmentedControl
        aria-label="What is shown of the lane"
        data={PARTS.map((each) => ({ ...each, label: labelWithCount(each, lane.data) }))}
        value={part}
        onChange={(chosen) => setFilters({ part: chosen === 'files' ? undefined : chosen })}
        style={{ alignSelf: 'flex-start' }}
        maw="100%"
      />
      <Card>
        {part === 'quarantine' ? (
          <LaneQuarantine shopId={shopId} />
        ) : part === 'left' ? (
          <Loaded look={lane}>{(view) => <LeftItems lane={view} />}</Loaded>
        ) : part === 'decisions' ? (
          <Loaded look={lane}>{(view) => <LaneDecisions lane={view} />}</Loaded>
        ) : (
          <LaneFiles shopId={shopId} />
        )}
      </Card>
    </Page>
  );
}

function labelWithCount(
  { value, label }: (typeof PARTS)[number],
  lane: Pick<LaneView, 'setApart' | 'left'> | undefined,
): string {
  const count = value === 'quarantine' ? lane?.setApart.length : value === 'left' ? lane?.left.length : 0;
  if (!count) return label;
  const isCut = value === 'quarantine' && count >= QUARANTINED_LISTED_MAX;
  return `${label} · ${isCut ? `${count} or more` : count}`;
}

interface LaneActsProps {
  readonly shopId: string;
  readonly lane: LaneView | undefined;
}

function LaneActs({ shopId, lane }: LaneActsProps) {
  return (
    <Group gap="xs">
      <Act
        name="job.run"
        label="Re-sync products"
        input={{ job: 'recent-changes', shopId }}
        ask={['skus']}
        need={['skus']}
        consequence="Online ATP of these products is computed anew, and they come with a new file, whether they changed or not. Nothing that was sent before is repeated."
        done={({ run }) => <DoneLink href={runHref(run)}>The run that makes the file</DoneLink>}
      />
      {lane?.pause ? (
        <Act
          name="lane.resume"
          label="Resume the lane"
          input={{ shopId }}
          ask={['reason']}
          consequence="Files that wait are applied from now on, in their sequence."
          done={() => `The lane of ${shopId} goes on`}
        />
      ) : (
        <Act
          name="lane.pause"
          label="Pause the lane"
          input={{ shopId }}
          ask={['reason']}
          consequence="Nothing is sent to the shop until somebody resumes the lane. Files are made, and wait."
          done={() => `The lane of ${shopId} is paused`}
        />
      )}
    </Group>
  );
}
