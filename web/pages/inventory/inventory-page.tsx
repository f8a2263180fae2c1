import { Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { call } from '../../api/client.ts';
import { useAll } from '../../api/pages.ts';
import { useLook } from '../../api/queries.ts';
import { AskBeforeLeaving } from '../../parts/ask-before-leaving.tsx';
import { BulkAct } from '../../parts/bulk-act.tsx';
import { FilterBar } from '../../parts/filter-bar.tsx';
import { Empty, Loaded, Page } from '../../parts/page.tsx';
import { useFilters } from '../../parts/use-filters.ts';
import { useMay } from '../../session/session.tsx';
import { JOB_ORDER, keyOfJob, targetOf, type Draft, type JobLine } from './draft.ts';
import { JobCard } from './job-card.tsx';

const STATES = { disabled: 'disabled', trouble: 'late or losing runs', unscheduled: 'without a schedule' };

export function Inventory() {
  const [{ state }] = useFilters(['state']);
  // Which runs a schedule has lost the server tells of one at a time: it is asked for only by whoever wants to know.
  const jobs = useAll('job.list', state === 'trouble' ? { losesRuns: true } : {});
  return (
    <Page
      title="Inventory"
      about="The jobs that bring stock to Shopify: when they run, with what, and how they get on. Open a card to change its schedule."
    >
      <Loaded look={jobs} lines={14}>
        {(all) => <Cards all={all} />}
      </Loaded>
    </Page>
  );
}

function Cards({ all }: { readonly all: readonly JobLine[] }) {
  const [filters, setFilters] = useFilters(['shop', 'q', 'state', 'open']);
  const [pins, setPins] = useLocalStorage<readonly string[]>({ key: 'atp-pinned-jobs', defaultValue: [] });
  const [drafts, setDrafts] = useState<Readonly<Record<string, Draft>>>({});
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const running = useLook('pipeline.show', { state: 'running' });
  const shops = [...new Set(all.flatMap(({ shopId }) => shopId ?? []))];
  const shown = all
    .filter((job) => isWanted(job, filters))
    .toSorted((one, other) => rank(one, pins) - rank(other, pins));
  const setDraft = (job: JobLine) => (draft: Draft | undefined) =>
    setDrafts(({ [keyOfJob(job)]: _before, ...others }) =>
      draft === undefined ? others : { ...others, [keyOfJob(job)]: draft },
    );
  const toggle = (keys: readonly string[], key: string) =>
    keys.includes(key) ? keys.filter((each) => each !== key) : [...keys, key];
  const open = (filters.open ?? '').split(',').filter((key) => key !== '');
  const unsaved = all.filter((job) => drafts[keyOfJob(job)] !== undefined);

  return (
    <Stack gap="sm">
      <AskBeforeLeaving unsaved={unsaved.map(nameOf)} />
      <FilterBar>
        {shops.length > 1 && (
          <Select
            label="Shop"
            placeholder="All shops"
            clearable
            data={shops}
            value={filters.shop ?? null}
            onChange={(shop) => setFilters({ shop: shop ?? undefined })}
          />
        )}
        <TextInput
          label="Job"
          placeholder="Search"
          leftSection={<IconSearch size={14} />}
          value={filters.q ?? ''}
          onChange={({ currentTarget }) => setFilters({ q: currentTarget.value || undefined })}
        />
        <Select
          label="Only"
          placeholder="All"
          clearable
          data={Object.entries(STATES).map(([value, label]) => ({ value, label }))}
          value={filters.state ?? null}
          onChange={(state) => setFilters({ state: state ?? undefined })}
        />
        <Bulk shown={shown} chosen={chosen} onChoose={setChosen} />
      </FilterBar>
      {shown.length === 0 && (
        <Empty title="No job is like that">Other filters show the others; there are {all.length} jobs.</Empty>
      )}
      {shown.map((job) => {
        const key = keyOfJob(job);
        return (
          <JobCard
            key={key}
            job={job}
            live={running.data?.jobs.find((run) => run.jobName === job.jobName && run.shopId === job.shopId)}
            isOpen={open.includes(key)}
            onToggle={() => setFilters({ open: toggle(open, key).join(',') || undefined })}
            draft={drafts[key]}
            onDraft={setDraft(job)}
            isPinned={pins.includes(key)}
            onPin={() => setPins(toggle(pins, key))}
            isChosen={chosen.has(key)}
            onChoose={(isChosen) =>
              setChosen(
                (before) => new Set(isChosen ? [...before, key] : [...before].filter((each) => each !== key)),
              )
            }
          />
        );
      })}
    </Stack>
  );
}

function nameOf({ title, shopId }: JobLine): string {
  return shopId === null ? title : `${title}, ${shopId}`;
}

/** What is pinned comes first, then the order in which a quantity travels. */
function rank(job: JobLine, pins: readonly string[]): number {
  return JOB_ORDER.indexOf(job.jobName) - (pins.includes(keyOfJob(job)) ? JOB_ORDER.length : 0);
}

type Wanted = Readonly<Partial<Record<'shop' | 'q' | 'state', string>>>;

function isWanted(job: JobLine, { shop, q = '', state }: Wanted): boolean {
  const isOfState =
    state === undefined ||
    // The server has chosen.
    state === 'trouble' ||
    (state === 'disabled' && job.paused) ||
    (state === 'unscheduled' && job.scheduleId === null);
  return (
    isOfState &&
    // A job of the installation works for every shop.
    (shop === undefined || job.shopId === null || job.shopId === shop) &&
    nameOf(job).toLowerCase().includes(q.trim().toLowerCase())
  );
}

interface BulkProps {
  readonly shown: readonly JobLine[];
  readonly chosen: ReadonlySet<string>;
  readonly onChoose: (chosen: ReadonlySet<string>) => void;
}

/** Disable and enable what was chosen, or all that the filters show. */
function Bulk({ shown, chosen, onChoose }: BulkProps) {
  const may = useMay('operator');
  const [act, setAct] = useState<'job.pause' | 'job.resume' | null>(null);
  const [items, setItems] = useState<readonly (JobLine & { readonly name: string })[]>([]);
  const picked = shown.filter((job) => chosen.has(keyOfJob(job)) && job.scheduleId !== null);
  const begin = (name: 'job.pause' | 'job.resume') => {
    // What changes meanwhile changes no answer that was given.
    setItems(
      picked
        .filter(({ paused }) => paused === (name === 'job.resume'))
        .map((job) => ({ ...job, name: nameOf(job) })),
    );
    setAct(name);
  };
  const areAllChosen = shown.length > 0 && shown.every((job) => chosen.has(keyOfJob(job)));
  return (
    <Group gap="xs">
      <Button
        variant="subtle"
        onClick={() => onChoose(areAllChosen ? new Set() : new Set(shown.map(keyOfJob)))}
      >
        {areAllChosen ? 'Choose none' : 'Choose all shown'}
      </Button>
      {chosen.size > 0 && may && (
        <>
          <Text size="sm" c="dimmed">
            {picked.length} chosen
          </Text>
          <Button
            variant="default"
            disabled={!picked.some(({ paused }) => !paused)}
            onClick={() => begin('job.pause')}
          >
            Disable chosen
          </Button>
          <Button
            variant="default"
            disabled={!picked.some(({ paused }) => paused)}
            onClick={() => begin('job.resume')}
          >
            Enable chosen
          </Button>
        </>
      )}
      {act && (
        <BulkAct
          label={act === 'job.pause' ? 'Disable' : 'Enable'}
          items={items}
          consequence={
            act === 'job.pause'
              ? 'None of these runs by its schedule until it is enabled. Where Process uploads is among them, nothing is sent to its shop either.'
              : 'All of these run by their schedules again.'
          }
          act={(job, reason, telling) =>
            call(act, { ...targetOf(job), ...(reason !== '' && { reason }) }, telling)
          }
          undo={{
            label: act === 'job.pause' ? 'Enable them again' : 'Disable them again',
            act: (job, telling) =>
              call(
                act === 'job.pause' ? 'job.resume' : 'job.pause',
                { ...targetOf(job), reason: 'taken back' },
                telling,
              ),
          }}
          onClose={() => setAct(null)}
        />
      )}
    </Group>
  );
}
