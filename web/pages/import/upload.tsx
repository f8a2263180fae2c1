import { Card, Stack, Title } from '@mantine/core';
import { useState } from 'react';
import { ChooseFile, type Chosen } from './choose-file.tsx';
import { Preview } from './preview.tsx';

export function Upload() {
  const [chosen, setChosen] = useState<Chosen | null>(null);
  // Whoever goes back from the preview mends the text, and does not paste it again.
  const [text, setText] = useState('');
  return (
    <Card component="section" aria-labelledby="upload">
      <Stack gap="sm">
        <Title order={2} id="upload">
          {chosen ? chosen.file.name : 'Upload'}
        </Title>
        {chosen ? (
          <Preview
            // Another file, or another way to read it, is looked at anew.
            key={`${chosen.file.name} ${chosen.file.lastModified} ${chosen.type} ${chosen.source}`}
            chosen={chosen}
            onAnew={() => setChosen(null)}
            onChange={setChosen}
          />
        ) : (
          <ChooseFile text={text} onText={setText} onChosen={setChosen} />
        )}
      </Stack>
    </Card>
  );
}
