/** Whether everything that the jobs need is there, and what mends it where it is not: what `atp doctor` says. */
import { Button, Group, Stack, Switch, Text } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useState } from 'react';
import type { ResultOf } from '../../api/operation-types.ts';
import { useLook } from '../../api/queries.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { Instant } from '../../parts/instant.tsx';
import { Loaded } from '../../parts/page.tsx';
import { Prose } from '../../parts/prose.tsx';
import { StateBadge, type Tone } from '../../parts/state-badge.tsx';

type Check = ResultOf<'installation.check'>['checks'][number];

const OUTCOMES: Readonly<Record<Check['outcome'], readonly [order: number, Tone, string]>> = {
  failed: [0, 'bad', 'failed'],
  found: [1, 'attention', 'found'],
  'not-checked': [2, 'waiting', 'not checked'],
  well: [3, 'good', 'well'],
};

export function Checks() {
  const [isWhole, setWhole] = useState(false);
  const input = isWhole ? { ledger: true } : {};
  const look = useLook('installation.check', input, { lookAgainMs: false });
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Switch
          label="Also add up the whole ledger"
          checked={isWhole}
          onChange={({ currentTarget }) => setWhole(currentTarget.checked)}
        />
        <Group gap="sm">
          {look.dataUpdatedAt > 0 && (
            <Text size="sm" c="dimmed">
              checked <Instant at={new Date(look.dataUpdatedAt).toISOString()} />
            </Text>
          )}
          <Button
            variant="default"
            leftSection={<IconRefresh size={14} />}
            loading={look.isFetching}
            onClick={() => void look.refetch()}
          >
            Check again
          </Button>
        </Group>
      </Group>
      <Loaded look={look} lines={14}>
        {({ checks }) => (
          <DataTable
            label="Checks"
            rows={checks.toSorted((one, other) => OUTCOMES[one.outcome][0] - OUTCOMES[other.outcome][0])}
            keyOf={({ name }) => name}
            empty={null}
            csv={{ name: 'installation.check', input, fileName: 'checks.csv' }}
            columns={[
              {
                header: 'State',
                cell: ({ outcome }) => {
                  const [, tone, word] = OUTCOMES[outcome];
                  return <StateBadge tone={tone}>{word}</StateBadge>;
                },
              },
              { header: 'Check', width: 220, isExtra: true, cell: ({ name }) => name },
              {
                header: 'What was found, and what to do',
                cell: ({ name, detail, hint }) => (
                  <>
                    <Text inherit fw={600} hiddenFrom="sm">
                      {name}
                    </Text>
                    <Text inherit>
                      <Prose text={detail} />
                    </Text>
                    {hint && (
                      <Text size="xs" c="dimmed">
                        <Prose text={hint} />
                      </Text>
                    )}
                  </>
                ),
              },
            ]}
          />
        )}
      </Loaded>
    </Stack>
  );
}
