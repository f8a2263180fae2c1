/** When a job runs, and with what: a draft until it is saved. */
import { Group, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useLook } from '../../api/queries.ts';
import { useOperation } from '../../parts/act.tsx';
import { FieldInput } from '../../parts/field-input.tsx';
import {
  frequenciesOf,
  FREQUENCIES,
  hasTimeOfDay,
  parameterNames,
  RUN_TIMES,
  type Draft,
  type JobFacts,
} from './draft.ts';

const ZONES = Intl.supportedValuesOf('timeZone');

interface ScheduleFormProps {
  readonly job: JobFacts;
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
  /** A viewer sees it, and changes nothing. */
  readonly isReadOnly: boolean;
}

export function ScheduleForm({ job, draft, onChange, isReadOnly }: ScheduleFormProps) {
  const change = (part: Partial<Draft>) => onChange({ ...draft, ...part });
  const needsTime = draft.runTime === 'tomorrow' || (draft.runTime === 'keep' && hasTimeOfDay(draft));
  return (
    <fieldset disabled={isReadOnly} style={{ border: 0, padding: 0, margin: 0, minWidth: 0 }}>
      <Stack gap="sm">
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm" verticalSpacing="sm">
          <Select
            label="Schedule"
            allowDeselect={false}
            data={frequenciesOf(job.jobName).map((value) => ({ value, label: FREQUENCIES[value] }))}
            value={draft.every}
            onChange={(value) => change({ every: value as Draft['every'] })}
          />
          <Select
            label="Run time"
            allowDeselect={false}
            data={Object.entries(RUN_TIMES).map(([value, label]) => ({ value, label }))}
            value={draft.runTime}
            onChange={(value) => change({ runTime: value as Draft['runTime'] })}
          />
          {draft.every === 'custom' && (
            <TextInput
              label="Cron expression"
              placeholder="30 6 * * 1-5"
              description="Minute, hour, day of month, month, day of week"
              value={draft.cron}
              onChange={({ currentTarget }) => change({ cron: currentTarget.value })}
            />
          )}
          {needsTime && (
            <TextInput
              type="time"
              label="At"
              value={draft.time}
              onChange={({ currentTarget }) => change({ time: currentTarget.value })}
            />
          )}
          {draft.runTime === 'custom' && (
            <TextInput
              type="datetime-local"
              label="First run"
              value={draft.at}
              onChange={({ currentTarget }) => change({ at: currentTarget.value })}
            />
          )}
          <Select
            label="Time zone"
            searchable
            allowDeselect={false}
            data={ZONES.includes(draft.timeZone) ? ZONES : [draft.timeZone, ...ZONES]}
            value={draft.timeZone}
            onChange={(value) => value !== null && change({ timeZone: value })}
          />
        </SimpleGrid>
        <Parameters job={job} values={draft.parameters} onChange={(parameters) => change({ parameters })} />
      </Stack>
    </fieldset>
  );
}

interface ParametersProps {
  readonly job: JobFacts;
  readonly values: Readonly<Record<string, unknown>>;
  readonly onChange: (values: Readonly<Record<string, unknown>>) => void;
}

/** What each run is given beside its shop. */
function Parameters({ job, values, onChange }: ParametersProps) {
  const facts = useOperation('job.schedule');
  const choices = useParameterChoices(job);
  const names = parameterNames(job.jobName);
  if (names.length === 0) return null;
  return (
    <Stack gap="xs">
      <Group gap="xs">
        <Text size="sm" fw={600}>
          Parameters
        </Text>
        {job.shopId !== null && (
          <Text size="sm" c="dimmed">
            shop {job.shopId}
          </Text>
        )}
      </Group>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm" verticalSpacing="sm">
        {names.map((name) => {
          const field = facts?.fields[name];
          return (
            field && (
              <FieldInput
                key={name}
                name={name}
                field={{ ...field, about: field.about.replace(/^of [^:]*: /, '') }}
                value={values[name]}
                choices={choices[name]}
                onChange={(value) => onChange({ ...values, [name]: value })}
              />
            )
          );
        })}
      </SimpleGrid>
    </Stack>
  );
}

/** The facility group is that of the shop: another one is refused. */
export function useParameterChoices({
  shopId,
}: Pick<JobFacts, 'shopId'>): Readonly<Record<string, readonly string[] | undefined>> {
  const { data } = useLook('shop.list', {}, { isEnabled: shopId !== null });
  const shop = data?.find((each) => each.shopId === shopId);
  return { facilityGroupId: shop && [shop.facilityGroupId] };
}
