import { Page } from '../../parts/page.tsx';

export function Inventory() {
  return <Page title="Inventory">…</Page>;
}
