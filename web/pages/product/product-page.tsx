import { Page } from '../../parts/page.tsx';

export function ProductPage() {
  return <Page title="Product">…</Page>;
}
