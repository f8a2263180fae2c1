import { Group, Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useLook } from '../../api/queries.ts';
import { Act } from '../../parts/act.tsx';
import { CopyText } from '../../parts/copy-text.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { Instant, WholeInstant } from '../../parts/instant.tsx';
import { Empty, Loaded } from '../../parts/page.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';

export function Tokens() {
  const look = useLook('token.list');
  const [made, setMade] = useState<string | null>(null);
  return (
    <Stack gap="sm">
      <Group justify="flex-end">
        <Act
          name="token.add"
          label="New token"
          ask={['name', 'role', 'days']}
          done={({ name }) => `The token ${name} is made`}
          onDone={({ token }) => setMade(token)}
        />
      </Group>
      <Modal
        opened={made !== null}
        onClose={() => setMade(null)}
        title="The token is shown once, now"
        closeOnClickOutside={false}
      >
        <Stack gap="sm">
          <Text size="sm">
            Give it to the program that needs it. Nobody can read it again: of a lost one, only a new one
            helps.
          </Text>
          <CopyText text={made ?? ''} label="Copy the token" />
        </Stack>
      </Modal>
      <Loaded look={look} lines={4}>
        {(tokens) => (
          <DataTable
            label="Tokens"
            rows={tokens}
            keyOf={({ name }) => name}
            empty={
              <Empty title="No program has a token">A program shows one to the HTTP API to be let in.</Empty>
            }
            columns={[
              { header: 'Name', cell: ({ name }) => name },
              { header: 'Role', cell: ({ role }) => role },
              {
                header: 'State',
                cell: ({ isExpired }) =>
                  isExpired ? (
                    <StateBadge tone="none">expired</StateBadge>
                  ) : (
                    <StateBadge tone="good">good</StateBadge>
                  ),
              },
              { header: 'Until', isExtra: true, cell: ({ expiresAt }) => <WholeInstant at={expiresAt} /> },
              {
                header: 'Last used',
                isExtra: true,
                cell: ({ lastUsedAt }) => <Instant at={lastUsedAt} none="never" />,
              },
              { header: 'Made by', isExtra: true, cell: ({ createdBy }) => createdBy },
              {
                header: <span className="visually-hidden">Acts</span>,
                isNumber: true,
                cell: ({ name }) => (
                  <Act
                    name="token.revoke"
                    label="Revoke"
                    input={{ name }}
                    isDangerous
                    consequence={`Whatever program uses ${name} is let in no more.`}
                    done={() => `The token ${name} is worth nothing any more`}
                  />
                ),
              },
            ]}
          />
        )}
      </Loaded>
    </Stack>
  );
}
