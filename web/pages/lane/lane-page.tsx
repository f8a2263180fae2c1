import { Page } from '../../parts/page.tsx';

export function LanePage() {
  return <Page title="Lane">…</Page>;
}
