import { Page } from '../../parts/page.tsx';

export function FilePage() {
  return <Page title="File">…</Page>;
}
