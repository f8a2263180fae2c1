import type { Command } from 'commander';
import { AtpError } from '../domain/errors.ts';
import { laneView, type LaneView } from '../postgres/lane-view.ts';
import { retryFile } from '../postgres/lane.ts';
import { runJob } from '../temporal/jobs.ts';
import { label, sequence } from './arguments.ts';
import type { Cli } from './program.ts';
import { ExitCode, table } from './report.ts';

export function registerLane(program: Command, { app, reports }: Cli): void {
  const command = program
    .command('lane')
    .description('a shop’s files in sequence, and what holds them')
    .argument('<shopId>', 'the shop')
    .argument('[decision]', '`retry`: try the blocked file again')
    .argument('[sequence]', 'the number of the file', sequence)
    .option('--reason <text>', 'why; it is kept in the details of the run that tries', label);
  reports(
    command,
    async (
      shopId: string,
      decision: string | undefined,
      file: number | undefined,
      { reason }: { readonly reason?: string },
    ) => {
      if (decision !== undefined) await decide(shopId, decision, file, reason);
      const view = await laneView(app.database(), shopId);
      const exitCode = view.state === 'blocked' ? ExitCode.NEEDS_A_PERSON : ExitCode.OK;
      return { json: view, text: laneText(view), exitCode };
    },
  );

  async function decide(
    shopId: string,
    decision: string,
    file: number | undefined,
    reason: string | undefined,
  ): Promise<void> {
    if (decision !== 'retry') throw new AtpError('INPUT_INVALID', { reason: 'the decision must be retry' });
    if (file === undefined)
      throw new AtpError('INPUT_INVALID', { reason: 'the number of the file is missing' });
    // Temporal first: a file that is free again and that nobody takes would look like a decision without effect.
    const temporal = await app.temporal();
    await retryFile(app.database(), shopId, file);
    const details = `File ${file} is tried again by a person. ${reason ?? ''}`.trim();
    await runJob(temporal, { job: 'process-uploads', shopId }, { wait: false, details });
  }
}

function laneText(view: LaneView): string {
  const files = table(
    ['File', 'Kind', 'Status', 'Rows', 'Applied', 'Unchanged', 'Quarantined', 'Owed'],
    view.files.map((file) => [
      file.sequence,
      file.kind,
      file.status,
      file.rows,
      file.applied,
      file.skipped,
      file.quarantined,
      file.owed,
    ]),
    'No file has been made yet.',
  );
  const setApart = view.setApart.map(({ sku, code, message }) => `  ${sku}: ${code}: ${message}`);
  const [blocked] = view.files.filter(({ status }) => status === 'BLOCKED');
  return [
    `${view.shopId}: ${STATES[view.state]}`,
    ...(view.reason === null ? [] : [`  ${view.reason}`]),
    ...(blocked
      ? [`  When the cause is mended: \`atp lane ${view.shopId} retry ${blocked.sequence} --reason <text>\``]
      : []),
    files,
    ...(setApart.length > 0 ? ['Products that the last file could not bring:', ...setApart] : []),
  ].join('\n');
}

const STATES = {
  idle: 'nothing waits',
  waiting: 'files wait, and no run applies them',
  applying: 'a run applies files',
  blocked: 'BLOCKED, a person must decide',
} as const;
