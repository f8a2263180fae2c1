import { Card, Group, Title } from '@mantine/core';
import { IconAlertTriangle, IconHandStop, IconPlayerPause } from '@tabler/icons-react';
import type { ReactNode } from 'react';

const TONES = {
  bad: { color: 'red', icon: IconAlertTriangle },
  attention: { color: 'yellow', icon: IconHandStop },
  paused: { color: 'grape', icon: IconPlayerPause },
} as const;

interface NoticeProps {
  readonly tone: keyof typeof TONES;
  readonly title: string;
  readonly children: ReactNode;
}

/** Something that a person should see first, with what to do about it. Its ground is the page's, so all of it can be read. */
export function Notice({ tone, title, children }: NoticeProps) {
  const { color, icon: Sign } = TONES[tone];
  return (
    <Card
      component="section"
      aria-label={title}
      style={{ borderInlineStart: `4px solid var(--mantine-color-${color}-6)` }}
    >
      <Group gap="xs" mb={6} wrap="nowrap">
        <Sign size={18} aria-hidden color={`var(--mantine-color-${color}-6)`} style={{ flexShrink: 0 }} />
        <Title order={2}>{title}</Title>
      </Group>
      {children}
    </Card>
  );
}
