import { Page } from '../../parts/page.tsx';

export function Channels() {
  return <Page title="Channels">…</Page>;
}
