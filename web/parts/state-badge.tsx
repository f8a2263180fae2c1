import { Badge, Tooltip, type MantineColor } from '@mantine/core';
import {
  IconAlertTriangle,
  IconCheck,
  IconClock,
  IconHandStop,
  IconLoader2,
  IconMinus,
  IconPlayerPause,
  type Icon,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';

/** What a state means to a person; each has its colour, its sign and its word. */
export type Tone = 'good' | 'busy' | 'waiting' | 'attention' | 'bad' | 'paused' | 'none';

const TONES: Readonly<Record<Tone, { readonly color: MantineColor; readonly icon: Icon }>> = {
  good: { color: 'teal', icon: IconCheck },
  busy: { color: 'blue', icon: IconLoader2 },
  waiting: { color: 'gray', icon: IconClock },
  attention: { color: 'yellow', icon: IconHandStop },
  bad: { color: 'red', icon: IconAlertTriangle },
  paused: { color: 'grape', icon: IconPlayerPause },
  none: { color: 'gray', icon: IconMinus },
};

interface StateBadgeProps {
  readonly tone: Tone;
  readonly children: ReactNode;
  /** Why it is so. */
  readonly about?: ReactNode;
}

export function StateBadge({ tone, children, about }: StateBadgeProps) {
  const { color, icon: Sign } = TONES[tone];
  const badge = (
    <Badge
      variant="light"
      color={color}
      radius="sm"
      tt="none"
      className="state-badge"
      data-tone={tone}
      // A state that is cut says nothing.
      flex="none"
      miw="max-content"
      leftSection={<Sign size={12} aria-hidden />}
      {...(about && { tabIndex: 0 })}
    >
      {children}
    </Badge>
  );
  return about ? <Tooltip label={about}>{badge}</Tooltip> : badge;
}
