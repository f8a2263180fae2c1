import { Group, Stack, Text } from '@mantine/core';
import { durationText } from '../../../src/domain/duration.ts';
import type { ResultOf } from '../../api/operation-types.ts';
import { useLook } from '../../api/queries.ts';
import { Act } from '../../parts/act.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { Instant } from '../../parts/instant.tsx';
import { Empty, Loaded } from '../../parts/page.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { Units } from '../../parts/units.tsx';

type Target = ResultOf<'alert.list'>['targets'][number];

export function AlertTargets() {
  const look = useLook('alert.list');
  return (
    <Stack gap="sm">
      <Group justify="flex-end">
        <Act
          name="alert.add"
          label="New target"
          ask={['name', 'webhook', 'secret', 'slack', 'mail', 'smtp', 'from', 'severity', 'remindEvery']}
          consequence="Who is told when something is wrong: a webhook with the key of its signature, or a Slack channel, or a mail address with its SMTP server. Give one of the three."
          done={({ name }) => `${name} is told from now on. Send it a test.`}
        />
      </Group>
      <Loaded look={look} lines={4}>
        {({ targets }) => (
          <DataTable
            label="Alert targets"
            rows={targets}
            keyOf={({ name }) => name}
            empty={
              <Empty title="Nobody is told when something is wrong">
                Name a webhook, a Slack channel or a mail address.
              </Empty>
            }
            columns={[
              {
                header: 'Target',
                cell: ({ name, kind, address }) => (
                  <>
                    <Text inherit>{name}</Text>
                    <Text size="xs" c="dimmed">
                      {address === null ? kind : `${kind}, ${address}`}
                    </Text>
                  </>
                ),
              },
              { header: 'State', cell: (target) => <TargetState target={target} /> },
              { header: 'From severity', isExtra: true, cell: ({ minSeverity }) => minSeverity },
              {
                header: 'Reminded every',
                isExtra: true,
                cell: ({ remindEveryMs }) => durationText(remindEveryMs),
              },
              {
                header: 'Wait',
                isNumber: true,
                isExtra: true,
                cell: ({ waiting }) => <Units value={waiting} />,
              },
              {
                header: 'Last accepted',
                isExtra: true,
                cell: ({ lastDeliveredAt }) => <Instant at={lastDeliveredAt} none="never" />,
              },
              {
                header: <span className="visually-hidden">Acts</span>,
                isNumber: true,
                cell: ({ name }) => (
                  <Group gap="xs" justify="flex-end">
                    <Act
                      name="alert.test"
                      label="Test"
                      input={{ name }}
                      isImmediate
                      done={() => `${name} has accepted the test message`}
                    />
                    <Act
                      name="alert.remove"
                      label="Remove"
                      input={{ name }}
                      isDangerous
                      consequence={`${name} is told nothing any more; what waits for it is dropped.`}
                      done={() => `${name} is removed`}
                    />
                  </Group>
                ),
              },
            ]}
          />
        )}
      </Loaded>
    </Stack>
  );
}

function TargetState({
  target: { silentSince, givenUpAt, lastError, waiting },
}: {
  readonly target: Target;
}) {
  if (silentSince !== null) {
    return (
      <StateBadge tone="paused" about="It got too many messages within an hour, and gets none for now.">
        silent
      </StateBadge>
    );
  }
  if (lastError !== null) {
    return (
      <StateBadge tone="bad" about={lastError}>
        {givenUpAt === null ? 'failing' : 'given up'}
      </StateBadge>
    );
  }
  return waiting > 0 ? (
    <StateBadge tone="busy">sending</StateBadge>
  ) : (
    <StateBadge tone="good">accepts</StateBadge>
  );
}
