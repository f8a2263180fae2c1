/** "Why did it not run at 02:30?" Times at which the schedule started nothing, shown by a filter in the address. */
import { Card, Group, Switch, Text, Title } from '@mantine/core';
import type { ResultOf } from '../../api/operation-types.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { WholeInstant } from '../../parts/instant.tsx';
import { MISSED_REASONS } from '../../parts/missed-reasons.ts';
import { StateBadge } from '../../parts/state-badge.tsx';
import { useFilters } from '../../parts/use-filters.ts';
import { counted } from '../../../src/domain/words.ts';

export function MissedRuns({ job }: { readonly job: ResultOf<'job.show'> }) {
  const [{ missed }, setFilters] = useFilters(['missed']);
  const { missedRuns, title } = job;
  const isShown = missed === 'yes';
  return (
    <Card component="section" aria-labelledby="missed">
      <Group justify="space-between" mb={isShown ? 'xs' : 0}>
        <Title order={2} id="missed">
          Did not run
        </Title>
        {missedRuns.length === 0 ? (
          <Text size="sm" c="dimmed">
            Every run that came due was started, as far back as the server remembers.
          </Text>
        ) : (
          <Switch
            size="xs"
            label={`Show ${counted(missedRuns.length, 'time')} that did not run`}
            checked={isShown}
            onChange={({ currentTarget }) =>
              setFilters({ missed: currentTarget.checked ? 'yes' : undefined })
            }
          />
        )}
      </Group>
      {isShown && missedRuns.length > 0 && (
        <DataTable
          label={`Times at which ${title} did not run`}
          rows={missedRuns.toReversed()}
          keyOf={({ dueAt }) => dueAt}
          empty={null}
          columns={[
            { header: 'Due', cell: ({ dueAt }) => <WholeInstant at={dueAt} /> },
            {
              header: 'Reason',
              cell: ({ reason }) => (
                <StateBadge tone={MISSED_REASONS[reason][0]}>{MISSED_REASONS[reason][1]}</StateBadge>
              ),
            },
            { header: 'Why', width: '50%', cell: ({ why }) => why },
          ]}
        />
      )}
    </Card>
  );
}
