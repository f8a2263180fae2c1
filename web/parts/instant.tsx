/** Times with their zone, and how long that is from now: "26 Nov 2026, 06:00 CET · in 9 h". */
import { Text, Tooltip, type TextProps } from '@mantine/core';
import { createContext, use, useEffect, useState, type ReactNode } from 'react';
import { absolute } from './readable-instants.ts';

const NowContext = createContext(Date.now());
/** "3 min ago" may be so old. */
const TICK_MS = 10_000;

/** One clock for the whole page. */
export function Clock({ children }: { readonly children: ReactNode }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return <NowContext value={now}>{children}</NowContext>;
}

export function useNow(): number {
  return use(NowContext);
}

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];
const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'always', style: 'short' });

export function relativeTo(now: number, at: number): string {
  const difference = at - now;
  for (const [unit, ms] of STEPS) {
    if (Math.abs(difference) >= ms) return RELATIVE.format(Math.trunc(difference / ms), unit);
  }
  return difference > 5_000 ? 'in less than a minute' : 'just now';
}

/** "2 min 5 s" */
export function durationOf(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
}

interface InstantProps extends TextProps {
  /** Null: it has not happened. */
  readonly at: string | null | undefined;
  readonly timeZone?: string | undefined;
  /** What null means here. */
  readonly none?: string;
}

/** How long ago, with the whole instant when it is pointed at or focused. */
export function Instant({ at, timeZone, none = '–', ...text }: InstantProps) {
  const now = useNow();
  if (at === null || at === undefined) {
    return (
      <Text component="span" inherit c="dimmed" {...text}>
        {none}
      </Text>
    );
  }
  const whole = absolute(at, timeZone, true);
  return (
    <Tooltip label={whole}>
      <Text
        component="time"
        dateTime={at}
        inherit
        tabIndex={0}
        style={{ whiteSpace: 'nowrap' }}
        aria-label={whole}
        {...text}
      >
        {relativeTo(now, Date.parse(at))}
      </Text>
    </Tooltip>
  );
}

interface WholeInstantProps extends InstantProps {
  /** For what comes one after the other within a minute. */
  readonly hasSeconds?: boolean;
}

/** The instant itself, and beside it how long that is from now. */
export function WholeInstant({ at, timeZone, none = '–', hasSeconds = false, ...text }: WholeInstantProps) {
  const now = useNow();
  if (at === null || at === undefined) {
    return (
      <Text component="span" inherit c="dimmed" {...text}>
        {none}
      </Text>
    );
  }
  return (
    <Text component="time" dateTime={at} inherit {...text}>
      {absolute(at, timeZone, hasSeconds)}{' '}
      <Text component="span" inherit c="dimmed">
        ({relativeTo(now, Date.parse(at))})
      </Text>
    </Text>
  );
}
