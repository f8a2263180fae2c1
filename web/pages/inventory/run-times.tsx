import { List, Text } from '@mantine/core';
import { Instant } from '../../parts/instant.tsx';
import { absolute } from '../../parts/readable-instants.ts';

interface RunTimesProps {
  readonly title: string;
  readonly about: string;
  readonly times: readonly string[];
  readonly timeZone: string;
}

/** When runs come, in the zone of their schedule. */
export function RunTimes({ title, about, times, timeZone }: RunTimesProps) {
  return (
    <div>
      <Text size="sm" fw={600}>
        {title}
      </Text>
      <Text size="xs" c="dimmed">
        {about}
      </Text>
      <List size="sm" mt={4} listStyleType="none">
        {times.map((at) => (
          <List.Item key={at}>
            {absolute(at, timeZone)}{' '}
            <Text component="span" size="sm" c="dimmed">
              <Instant at={at} timeZone={timeZone} />
            </Text>
          </List.Item>
        ))}
      </List>
    </div>
  );
}
