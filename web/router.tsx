/** Which page is at which path. Each page is a part of its own, loaded when somebody goes there. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Link } from '@tanstack/react-router';
import { AppFrame } from './frame/app-frame.tsx';
import { Empty, Page } from './parts/page.tsx';
import { ProblemBox } from './parts/problem-box.tsx';
import { problemOf } from './api/problem.ts';

const root = createRootRoute({
  component: AppFrame,
  notFoundComponent: NotFound,
  errorComponent: ({ error }) => <ProblemBox problem={problemOf(error)} title="This page has a fault" />,
});

/** Filters are in the address, as texts: a link shows another person the same. */
const texts = (search: Record<string, unknown>): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(
    Object.entries(search).map(([name, value]) => [name, value === undefined ? undefined : String(value)]),
  );

const routes = [
  createRoute({
    getParentRoute: () => root,
    path: '/',
    component: lazyRouteComponent(() => import('./pages/dashboard.tsx'), 'Dashboard'),
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
        <Link to="/">To the dashboard</Link>
      </Empty>
    </Page>
  );
}
