import { Tabs } from '@mantine/core';

/** Tabs, each by its value and what stands on it. On a phone they take several rows: one that is out of view is not looked for. */
export function TabRow({ tabs }: { readonly tabs: readonly (readonly [value: string, label: string])[] }) {
  return (
    <Tabs.List>
      {tabs.map(([tab, label]) => (
        <Tabs.Tab key={tab} value={tab}>
          {label}
        </Tabs.Tab>
      ))}
    </Tabs.List>
  );
}
