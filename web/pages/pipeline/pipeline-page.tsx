import { Page } from '../../parts/page.tsx';

export function Pipeline() {
  return <Page title="Pipeline">…</Page>;
}
