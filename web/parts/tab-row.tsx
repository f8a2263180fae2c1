import { Tabs } from '@mantine/core';
import { useEffect, useRef } from 'react';

interface TabRowProps {
  /** The value of each tab, and what stands on it. */
  readonly tabs: readonly (readonly [value: string, label: string])[];
  readonly value: string;
}

/** Tabs in one row, also on a phone, where it is moved sideways: the one that is open is in view. */
export function TabRow({ tabs, value }: TabRowProps) {
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => {
    row.current?.querySelector('[data-active]')?.scrollIntoView({ inline: 'nearest', block: 'nearest' });
  }, [value]);
  return (
    <Tabs.List ref={row} className="tab-row">
      {tabs.map(([tab, label]) => (
        <Tabs.Tab key={tab} value={tab}>
          {label}
        </Tabs.Tab>
      ))}
    </Tabs.List>
  );
}
