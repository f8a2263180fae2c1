/** What is wrong now, and what to do about it. */
import { Alert, Anchor, Card, Code, Group, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useLook } from '../../api/queries.ts';
import { useWaiting } from '../../frame/waiting.ts';
import { Instant } from '../../parts/instant.tsx';
import { PageLink } from '../../parts/page-link.tsx';
import { Loaded } from '../../parts/page.tsx';
import { Prose } from '../../parts/prose.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { ConditionLink } from './condition-link.tsx';

const SHOWN = 5;

/** What the watch has found. It looks once a minute and tells what it sees again, so what has just begun waits elsewhere already. */
export function Conditions() {
  const look = useLook('condition.list');
  const { counts, isKnown } = useWaiting();
  const waits = Object.values(counts).some((count) => count !== 0);
  const [isAll, setAll] = useState(false);
  return (
    <Card component="section" aria-label="What is wrong now">
      <Loaded look={look} lines={2}>
        {({ lookedAt, isWatched, conditions }) => {
          if (lookedAt === null)
            return (
              <Alert color="gray" variant="light" title="Nobody watches">
                Whether something is wrong is not known: no worker has looked yet. A worker does it once a
                minute.
              </Alert>
            );
          const stopped = !isWatched && (
            <Alert color="red" variant="light" title="Nobody watches any more">
              A watch has looked last <Instant at={lookedAt} />. Whether something else is wrong now is not
              known: start a worker, or <Code>atp watch</Code>.
            </Alert>
          );
          if (conditions.length === 0 && stopped) return stopped;
          if (conditions.length === 0)
            return (
              <Group gap="xs">
                {waits ? (
                  <StateBadge tone="attention">something waits for a person</StateBadge>
                ) : isKnown ? (
                  <StateBadge tone="good">no condition is open</StateBadge>
                ) : (
                  <StateBadge tone="waiting">whether something waits is not known</StateBadge>
                )}
                <Text size="sm" c="dimmed">
                  looked at <Instant at={lookedAt} />
                </Text>
              </Group>
            );
          const ordered = conditions.toSorted((one, other) => one.severity.localeCompare(other.severity));
          return (
            <Stack gap="sm">
              {stopped}
              <Group gap="xs">
                <Title order={2}>Needs you: {conditions.length}</Title>
                <Text size="sm" c="dimmed">
                  looked at <Instant at={lookedAt} />
                </Text>
              </Group>
              {(isAll ? ordered : ordered.slice(0, SHOWN)).map((condition) => (
                <div key={`${condition.code} ${condition.shopId} ${condition.cause}`}>
                  <Group gap="xs">
                    <StateBadge tone={condition.severity === 'critical' ? 'bad' : 'attention'}>
                      {condition.severity}
                    </StateBadge>
                    <Text size="sm" fw={600}>
                      {condition.title}
                    </Text>
                    <Text size="sm" c="dimmed">
                      {condition.shopId !== null && (
                        <>
                          <PageLink to="/files/$shopId" params={{ shopId: condition.shopId }}>
                            {condition.shopId}
                          </PageLink>
                          ,{' '}
                        </>
                      )}
                      <Instant at={condition.since ?? condition.beganAt} />
                      <ConditionLink {...condition} />
                    </Text>
                  </Group>
                  <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                    <Prose text={condition.detail} />
                  </Text>
                  <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                    <Prose text={condition.whatToDo} />
                  </Text>
                </div>
              ))}
              {conditions.length > SHOWN && (
                <Anchor component="button" size="sm" ta="left" onClick={() => setAll(!isAll)}>
                  {isAll ? 'Show fewer' : `Show all ${conditions.length}`}
                </Anchor>
              )}
            </Stack>
          );
        }}
      </Loaded>
    </Card>
  );
}
