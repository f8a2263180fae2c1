import { Page } from '../../parts/page.tsx';

export function PlanPage() {
  return <Page title="Plan">…</Page>;
}
