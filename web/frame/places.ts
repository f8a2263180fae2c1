/** The pages, in the order of the navigation. Paths are promises: people keep links to them. */
import {
  IconActivity,
  IconAdjustments,
  IconBuildingStore,
  IconBuildingWarehouse,
  IconChecklist,
  IconFileUpload,
  IconGitPullRequest,
  IconLayoutDashboard,
  IconListDetails,
  IconPackages,
  IconSettings,
  IconStack2,
  type Icon,
} from '@tabler/icons-react';

export interface Place {
  readonly path: string;
  readonly name: string;
  readonly icon: Icon;
  /** What a person may call it when they look for it. */
  readonly about: string;
}

export const PLACES = [
  {
    path: '/',
    name: 'Dashboard',
    icon: IconLayoutDashboard,
    about: 'all shops, what needs attention, trends',
  },
  {
    path: '/inventory',
    name: 'Inventory',
    icon: IconAdjustments,
    about: 'jobs: Hard Sync, recent changes, uploads, import, verify; schedules',
  },
  {
    path: '/pipeline',
    name: 'Pipeline',
    icon: IconActivity,
    about: 'runs: pending, running, completed, failed',
  },
  {
    path: '/files',
    name: 'Files',
    icon: IconStack2,
    about: 'the lane of each shop, its numbered files, quarantine',
  },
  {
    path: '/approvals',
    name: 'Approvals',
    icon: IconGitPullRequest,
    about: 'held plans and held feeds that wait for a person',
  },
  {
    path: '/products',
    name: 'Products',
    icon: IconPackages,
    about: 'Online ATP of a SKU, term by term; settings',
  },
  {
    path: '/facilities',
    name: 'Facilities',
    icon: IconBuildingWarehouse,
    about: 'sell inventory online, what-if, safety stock',
  },
  {
    path: '/channels',
    name: 'Channels',
    icon: IconBuildingStore,
    about: 'facility groups, members, thresholds, shops',
  },
  {
    path: '/import',
    name: 'Import',
    icon: IconFileUpload,
    about: 'upload a file, preview, apply, history, undo',
  },
  { path: '/verify', name: 'Verify', icon: IconChecklist, about: 'differences between us and Shopify, heal' },
  { path: '/audit', name: 'Audit log', icon: IconListDetails, about: 'who did what, before and after' },
  {
    path: '/settings',
    name: 'Settings',
    icon: IconSettings,
    about: 'shops, users, tokens, alert targets, the check of the installation',
  },
] as const satisfies readonly Place[];
