/** What is set once and seldom changed: shops, the check of the installation, people, programs, who is told, sources. */
import { Tabs } from '@mantine/core';
import type { ComponentType } from 'react';
import { Page } from '../../parts/page.tsx';
import { TabRow } from '../../parts/tab-row.tsx';
import { useFilters } from '../../parts/use-filters.ts';
import { AlertTargets } from './alert-targets.tsx';
import { Checks } from './checks.tsx';
import { Shops } from './shops.tsx';
import { Sources } from './sources.tsx';
import { Tokens } from './tokens.tsx';
import { Users } from './users.tsx';

const TABS: readonly (readonly [value: string, label: string, content: ComponentType])[] = [
  ['shops', 'Shops', Shops],
  ['checks', 'Checks', Checks],
  ['users', 'Users', Users],
  ['tokens', 'Tokens', Tokens],
  ['alerts', 'Alert targets', AlertTargets],
  ['sources', 'Sources', Sources],
];

export function Settings() {
  const [{ tab = 'shops' }, setFilters] = useFilters(['tab']);
  return (
    <Page
      title="Settings"
      about="Shops, people and programs that use atp-sync, who is told, and how feeds are written."
    >
      <Tabs
        value={tab}
        onChange={(value) => setFilters({ tab: value === 'shops' ? undefined : (value ?? undefined) })}
        keepMounted={false}
      >
        <TabRow tabs={TABS.map(([value, label]) => [value, label])} />
        {TABS.map(([value, , Content]) => (
          <Tabs.Panel key={value} value={value} pt="md">
            <Content />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Page>
  );
}
