import { Page } from '../../parts/page.tsx';

export function Products() {
  return <Page title="Products">…</Page>;
}
