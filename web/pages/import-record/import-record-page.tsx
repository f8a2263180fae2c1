import { Page } from '../../parts/page.tsx';

export function ImportRecordPage() {
  return <Page title="ImportRecord">…</Page>;
}
