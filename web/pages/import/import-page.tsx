/** A file in hand becomes an import: chosen, looked at, and only then applied. Below it, what has come so far. */
import { Card, Stack, Title } from '@mantine/core';
import { Page } from '../../parts/page.tsx';
import { useMay } from '../../session/session.tsx';
import { ImportHistory } from './import-history.tsx';
import { RefusedFeeds } from './refused-feeds.tsx';
import { Upload } from './upload.tsx';

export function Import() {
  const may = useMay('operator');
  return (
    <Page
      title="Import"
      about="Upload what another system would send by SFTP. You see what would change before anything is applied."
    >
      {may && <Upload />}
      <RefusedFeeds />
      <Card component="section" aria-labelledby="history">
        <Stack gap="sm">
          <Title order={2} id="history">
            History
          </Title>
          <ImportHistory />
        </Stack>
      </Card>
    </Page>
  );
}
