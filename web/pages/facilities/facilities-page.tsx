import { Page } from '../../parts/page.tsx';

export function Facilities() {
  return <Page title="Facilities">…</Page>;
}
