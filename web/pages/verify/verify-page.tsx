import { Page } from '../../parts/page.tsx';

export function Verify() {
  return <Page title="Verify">…</Page>;
}
