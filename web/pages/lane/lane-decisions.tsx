import { DataTable, type Column } from '../../parts/data-table.tsx';
import { Instant } from '../../parts/instant.tsx';
import { Empty } from '../../parts/page.tsx';
import type { LaneView } from './lane-view.ts';

type Decision = LaneView['decisions'][number];

const NAMES: Readonly<Record<Decision['decision'], string>> = {
  retry: 'Resend',
  rewrite: 'Rewrite',
  skip: 'Leave out',
  release: 'Release',
  approve: 'Approve',
  reject: 'Reject',
  hold: 'Stop',
};

const COLUMNS: readonly Column<Decision>[] = [
  { header: 'When', cell: ({ decidedAt }) => <Instant at={decidedAt} /> },
  { header: 'Decision', cell: ({ decision }) => NAMES[decision] },
  { header: 'File', isNumber: true, cell: ({ sequence }) => sequence ?? '–' },
  { header: 'Plan', isNumber: true, isExtra: true, cell: ({ plan }) => plan ?? '–' },
  { header: 'Who', cell: ({ by }) => by },
  { header: 'Why', cell: ({ reason }) => reason ?? '–' },
];

/** What people have decided about the lane, the newest first. */
export function LaneDecisions({ lane: { shopId, decisions } }: { readonly lane: LaneView }) {
  return (
    <DataTable
      label={`Decisions about the lane of ${shopId}`}
      rows={decisions}
      columns={COLUMNS}
      keyOf={({ decidedAt, decision }) => `${decidedAt} ${decision}`}
      empty={
        <Empty title="Nobody has decided anything yet">
          What a person decides about files, plans and quarantined products is kept here, with who and why.
        </Empty>
      }
    />
  );
}
