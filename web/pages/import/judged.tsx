/** What the server has found out about a file: what would change, what is refused, and the button that applies it. */
import { Alert, Badge, Button, Checkbox, Group, Stack, Tabs, Text } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { reasonsInWords } from '../../../src/domain/feed-gates.ts';
import { warningInWords } from '../../../src/domain/import-warning.ts';
import type { ResultOf } from '../../api/operation-types.ts';
import { useOperation } from '../../parts/act.tsx';
import { CommandOf } from '../../parts/command-of.tsx';
import { EffectFacts, MovesTable } from '../../parts/import-effect.tsx';
import { Empty } from '../../parts/page.tsx';
import { Units, formatUnits } from '../../parts/units.tsx';
import { RefusedRows } from './refused-rows.tsx';

/** What the server adds when a file was sent: the error file's first rows. */
export type Imported = ResultOf<'feed.import'> & { readonly refusedRows?: string };

interface JudgedProps {
  readonly imported: Imported;
  readonly columns: ReactNode;
  readonly columnCount: number | undefined;
  readonly commandInput: object;
  readonly onColumns: () => void;
  readonly onAnew: () => void;
  readonly onApply: (passGates: boolean) => void;
}

export function Judged(props: JudgedProps) {
  const { imported, columns, columnCount, commandInput, onColumns, onAnew, onApply } = props;
  const {
    rows,
    applied,
    failed,
    effect,
    reasons,
    warnings = [],
    refusedRows,
    fileName,
    errorFile,
  } = imported;
  const [isSure, setSure] = useState(false);
  const facts = useOperation('feed.import');
  const isHeld = reasons.length > 0;
  const counts = [
    { name: 'Rows in the file', value: <Units value={rows} /> },
    { name: 'Would be applied', value: <Units value={applied} /> },
    { name: 'Refused', value: <Units value={failed} /> },
  ];
  return (
    <>
      {effect ? (
        <EffectFacts effect={effect} others={counts} />
      ) : (
        <Text size="sm">The same file was imported before: nothing would change.</Text>
      )}
      {warnings.map((warning) => (
        <Alert key={JSON.stringify(warning)} color="yellow" p="xs">
          <Text size="sm">{warningInWords(warning)}</Text>
        </Alert>
      ))}
      {isHeld && (
        <Alert color="orange" title="This looks more like a fault of its sender than the truth">
          <Stack gap="xs">
            <Text size="sm">{capitalised(reasonsInWords(reasons))}.</Text>
            <Checkbox
              label="It is right: apply it all the same"
              checked={isSure}
              onChange={({ currentTarget }) => setSure(currentTarget.checked)}
            />
          </Stack>
        </Alert>
      )}
      <Tabs
        defaultValue={failed > 0 ? 'refused' : 'moves'}
        keepMounted={false}
        onChange={(tab) => tab === 'columns' && onColumns()}
      >
        <Tabs.List>
          <Tabs.Tab value="refused" rightSection={<Count of={failed} color={failed > 0 ? 'red' : 'gray'} />}>
            Refused rows
          </Tabs.Tab>
          <Tabs.Tab value="moves" rightSection={<Count of={effect?.moves.length ?? 0} />}>
            Biggest moves
          </Tabs.Tab>
          <Tabs.Tab value="columns" rightSection={<Count of={columnCount} />}>
            Columns
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="refused" pt="sm">
          {refusedRows === undefined ? (
            <Empty title="No row is refused" />
          ) : (
            <RefusedRows csv={refusedRows} count={failed} fileName={errorFile ?? `${fileName}-errors.csv`} />
          )}
        </Tabs.Panel>
        <Tabs.Panel value="moves" pt="sm">
          {effect ? <MovesTable effect={effect} /> : <Empty title="No quantity would change" />}
        </Tabs.Panel>
        <Tabs.Panel value="columns" pt="sm">
          {columns}
        </Tabs.Panel>
      </Tabs>
      {facts && <CommandOf facts={facts} input={{ ...commandInput, ...(isSure && { passGates: true }) }} />}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onAnew}>
          Choose another
        </Button>
        <Button disabled={applied === 0 || (isHeld && !isSure)} onClick={() => onApply(isSure)}>
          {applied === 0
            ? 'Nothing to apply'
            : `Apply ${formatUnits(applied)} ${applied === 1 ? 'row' : 'rows'}`}
        </Button>
      </Group>
    </>
  );
}

function Count({ of, color = 'gray' }: { readonly of: number | undefined; readonly color?: string }) {
  return of === undefined ? null : (
    <Badge size="sm" variant="light" color={color} className="state-badge">
      {formatUnits(of)}
    </Badge>
  );
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
