/** Which page is at which path. Each page is a part of its own, loaded when somebody goes there. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { AppFrame } from './frame/app-frame.tsx';
import { Empty, Page } from './parts/page.tsx';
import { PageLink } from './parts/page-link.tsx';
import { ProblemBox } from './parts/problem-box.tsx';
import { problemOf } from './api/problem.ts';

const root = createRootRoute({
  component: AppFrame,
  notFoundComponent: NotFound,
  errorComponent: ({ error }) => <ProblemBox problem={problemOf(error)} title="This page has a fault" />,
});

const routes = [
  createRoute({
    getParentRoute: () => root,
    path: '/',
    component: lazyRouteComponent(() => import('./pages/dashboard/dashboard-page.tsx'), 'Dashboard'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/inventory',
    component: lazyRouteComponent(() => import('./pages/inventory/inventory-page.tsx'), 'Inventory'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/inventory/$shopId/$job',
    component: lazyRouteComponent(() => import('./pages/job/job-page.tsx'), 'JobPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/pipeline',
    component: lazyRouteComponent(() => import('./pages/pipeline/pipeline-page.tsx'), 'Pipeline'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/runs/$workflowId/$runId',
    component: lazyRouteComponent(() => import('./pages/run/run-page.tsx'), 'RunPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/files',
    component: lazyRouteComponent(() => import('./pages/files/files-page.tsx'), 'Files'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/files/$shopId',
    component: lazyRouteComponent(() => import('./pages/lane/lane-page.tsx'), 'LanePage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/files/$shopId/$sequence',
    component: lazyRouteComponent(() => import('./pages/file/file-page.tsx'), 'FilePage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/approvals',
    component: lazyRouteComponent(() => import('./pages/approvals/approvals-page.tsx'), 'Approvals'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/approvals/$shopId/$plan',
    component: lazyRouteComponent(() => import('./pages/plan/plan-page.tsx'), 'PlanPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/products',
    component: lazyRouteComponent(() => import('./pages/products/products-page.tsx'), 'Products'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/products/$sku',
    component: lazyRouteComponent(() => import('./pages/product/product-page.tsx'), 'ProductPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/facilities',
    component: lazyRouteComponent(() => import('./pages/facilities/facilities-page.tsx'), 'Facilities'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/facilities/$facilityId',
    component: lazyRouteComponent(() => import('./pages/facility/facility-page.tsx'), 'FacilityPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/channels',
    component: lazyRouteComponent(() => import('./pages/channels/channels-page.tsx'), 'Channels'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/channels/$facilityGroupId',
    component: lazyRouteComponent(() => import('./pages/channel/channel-page.tsx'), 'ChannelPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/import',
    component: lazyRouteComponent(() => import('./pages/import/import-page.tsx'), 'Import'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/import/$importId',
    component: lazyRouteComponent(
      () => import('./pages/import-record/import-record-page.tsx'),
      'ImportRecordPage',
    ),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/verify',
    component: lazyRouteComponent(() => import('./pages/verify/verify-page.tsx'), 'Verify'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/audit',
    component: lazyRouteComponent(() => import('./pages/audit/audit-page.tsx'), 'AuditLog'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/settings',
    component: lazyRouteComponent(() => import('./pages/settings/settings-page.tsx'), 'Settings'),
  }),
];

export const router = createRouter({
  routeTree: root.addChildren(routes),
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

function NotFound() {
  return (
    <Page title="There is no such page">
      <Empty title="Nothing is at this address">
        <PageLink to="/">To the dashboard</PageLink>
      </Empty>
    </Page>
  );
}
