/** Run now: says what will happen, asks for the run's own parameters, and leads to the run. */
import { Text } from '@mantine/core';
import { Act } from '../../parts/act.tsx';
import { DoneLink } from '../../parts/tell.tsx';
import { runHref } from '../../parts/run-link.tsx';
import { type Run } from '../../parts/run-state.tsx';
import type { JobName } from '../../../src/domain/jobs/jobs.ts';
import { parameterNames } from './draft.ts';
import { useParameterChoices } from './schedule-form.tsx';

type NamedJob = { readonly jobName: JobName; readonly shopId: string | null };

/** What a run does to others, in a sentence. */
const CONSEQUENCES: Readonly<Record<JobName, string>> = {
  'hard-sync':
    'It computes the Online ATP of every mapped product anew and publishes all of them as one file. The lane then applies the file to Shopify. What looks like a fault upstream is held for your approval first.',
  'recent-changes':
    'It publishes the products whose Online ATP differs from the last file, and the lane applies them to Shopify. When nothing differs, no file is made.',
  'process-uploads':
    'It applies the files that wait in the lane to Shopify, in sequence. A run that is under way looks once more before it ends.',
  import:
    'It takes the feeds that lie complete on SFTP and posts them to the ledger. Bad rows go to an error file each.',
  'map-shop': 'It reads the whole catalogue of the shop and matches it with our products by SKU.',
  verify:
    'It reads what Shopify shows and compares it with Online ATP. Nothing on Shopify changes; with Heal, the next file makes equal what differs.',
  'clean-up':
    'It removes what was kept long enough, from the database and from SFTP. That cannot be taken back.',
};

interface RunNowProps {
  readonly job: NamedJob;
  /** What the form stands at: saved or not, it is what the run is given unless it is changed here. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly isDraft?: boolean;
  /** The run that is under way. */
  readonly live?: Run | undefined;
  readonly label?: string;
  readonly isProminent?: boolean;
  readonly whyNot?: string | undefined;
}

export function RunNow({
  job,
  parameters,
  isDraft = false,
  live,
  label = 'Run now',
  isProminent,
  whyNot,
}: RunNowProps) {
  const { jobName, shopId } = job;
  const choices = useParameterChoices(job);
  return (
    <Act
      name="job.run"
      label={label}
      input={{ job: jobName, ...(shopId !== null && { shopId }) }}
      ask={parameterNames(jobName) as never}
      initial={parameters}
      choices={choices}
      whyNot={whyNot}
      {...(isProminent && { button: { variant: 'filled' } })}
      consequence={
        <>
          {CONSEQUENCES[jobName]}
          {isDraft && (
            <Text size="sm" mt={6} fw={600}>
              It takes the parameters that you have typed and not saved. The schedule keeps its own.
            </Text>
          )}
          {live && jobName !== 'process-uploads' && (
            <Text size="sm" mt={6} fw={600}>
              A run is under way: another one is refused until it has ended.
            </Text>
          )}
        </>
      }
      done={({ run }) => <DoneLink href={runHref(run)}>The run has started: look at it</DoneLink>}
    />
  );
}
