import { Page } from '../../parts/page.tsx';

export function FacilityPage() {
  return <Page title="Facility">…</Page>;
}
