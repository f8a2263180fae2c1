import { Chip, Group, Tooltip } from '@mantine/core';
import type { DifferenceCause } from '../../../src/domain/difference.ts';
import { formatUnits } from '../../parts/units.tsx';
import { CAUSE_WORDS } from './difference-causes.tsx';
import { fateOf } from './fate.ts';

interface CauseFilterProps {
  readonly causes: Readonly<Partial<Record<DifferenceCause, number>>>;
  readonly value: string | undefined;
  readonly onChange: (cause: DifferenceCause | undefined) => void;
}

/** Differences by cause: how many, and a click shows only those. */
export function CauseFilter({ causes, value, onChange }: CauseFilterProps) {
  const counted = (Object.entries(causes) as [DifferenceCause, number][])
    .filter(([, products]) => products > 0)
    .toSorted(([, one], [, other]) => other - one);
  return (
    <Group gap={6} role="group" aria-label="Differences by cause">
      {counted.map(([cause, products]) => {
        const [name, about] = CAUSE_WORDS[cause];
        return (
          <Tooltip key={cause} label={`${about} (${fateOf(cause)[1]})`}>
            <div>
              <Chip
                size="xs"
                radius="sm"
                checked={value === cause}
                onChange={(isChosen) => onChange(isChosen ? cause : undefined)}
              >
                {name}: {formatUnits(products)}
              </Chip>
            </div>
          </Tooltip>
        );
      })}
    </Group>
  );
}
