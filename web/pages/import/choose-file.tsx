/** The file, or its text, and what is said of it before anybody looks at it. */
import { Anchor, Button, Group, SegmentedControl, Stack, Text, Textarea } from '@mantine/core';
import { Dropzone } from '@mantine/dropzone';
import '@mantine/dropzone/styles.css';
import { IconFileTypeCsv } from '@tabler/icons-react';
import { useState } from 'react';
import type { FeedType } from '../../../src/domain/feed-type.ts';
import { FilterBar } from '../../parts/filter-bar.tsx';
import { ReadAsFields, type ReadAs } from './read-as.tsx';
import { saveSample } from './sample-files.ts';

export interface Chosen extends ReadAs {
  readonly file: File;
}

interface ChooseFileProps {
  /** What was pasted. */
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly onChosen: (chosen: Chosen) => void;
}

export function ChooseFile({ text, onText, onChosen }: ChooseFileProps) {
  const [way, setWay] = useState<'file' | 'text'>(text === '' ? 'file' : 'text');
  const [notTaken, setNotTaken] = useState<string | null>(null);
  const [readAs, setReadAs] = useState<ReadAs>({});
  const { type } = readAs;
  const choose = (file: File) => onChosen({ file, ...readAs });
  return (
    <Stack gap="sm">
      <FilterBar>
        <SegmentedControl
          aria-label="Where it comes from"
          value={way}
          onChange={(chosen) => setWay(chosen === 'text' ? 'text' : 'file')}
          data={[
            { value: 'file', label: 'A file' },
            { value: 'text', label: 'Pasted text' },
          ]}
        />
        <ReadAsFields readAs={readAs} onChange={setReadAs} />
        <SampleLink type={type ?? 'RESET_INVENTORY'} />
      </FilterBar>
      {way === 'file' ? (
        <>
          <Dropzone
            accept={{ 'text/csv': ['.csv'], 'application/gzip': ['.csv.gz', '.gz'] }}
            multiple={false}
            onDrop={([file]) => file && choose(file)}
            onReject={([refused]) => setNotTaken(refused?.file.name ?? null)}
            inputProps={{ 'aria-label': 'CSV file' }}
          >
            <Group justify="center" gap="sm" mih={72} style={{ pointerEvents: 'none' }}>
              <IconFileTypeCsv size={32} stroke={1.3} aria-hidden />
              <div>
                <Text size="sm">Drop a CSV file here, or click to choose one</Text>
                <Text size="xs" c="dimmed">
                  .csv or .csv.gz; nothing is applied yet
                </Text>
              </div>
            </Group>
          </Dropzone>
          {notTaken !== null && (
            <Text size="sm" role="alert" c="var(--fall-color)">
              {notTaken} is no CSV file: save it as .csv, and choose that one.
            </Text>
          )}
        </>
      ) : (
        <Stack gap="xs" align="flex-start">
          <Textarea
            w="100%"
            aria-label="CSV text"
            placeholder="facilityId,idValue,idType,resetByAtp,availableQty"
            autosize
            minRows={4}
            maxRows={14}
            ff="monospace"
            value={text}
            onChange={({ currentTarget }) => onText(currentTarget.value)}
          />
          <Button
            disabled={text.trim() === ''}
            onClick={() => choose(new File([text], `${type ?? 'pasted'}.csv`, { type: 'text/csv' }))}
          >
            Preview
          </Button>
        </Stack>
      )}
    </Stack>
  );
}

function SampleLink({ type }: { readonly type: FeedType }) {
  return (
    <Anchor component="button" type="button" size="sm" pb={4} onClick={() => void saveSample(type)}>
      Sample of {type}
    </Anchor>
  );
}
