import type { Command } from 'commander';
import { findShop } from '../postgres/master-data/shops.ts';
import { runJob } from '../temporal/jobs.ts';
import { count } from './arguments.ts';
import { verifyOutcome, type VerifyResult } from './job-outcome.ts';
import type { Cli } from './program.ts';

export function registerVerify(program: Command, { app, reports, progress }: Cli): void {
  const command = program
    .command('verify')
    .description('compare Online ATP with what Shopify really holds')
    .argument('<shopId>', 'the shop')
    .option('--sample <n>', 'only so many products, chosen by chance', count)
    .option(
      '--heal',
      'let the next file carry what differs; import orders first, sales that are not imported are promised again',
      false,
    );
  reports(command, async (shopId: string, options: { readonly sample?: number; readonly heal: boolean }) => {
    await findShop(app.database(), shopId);
    const { sample, heal } = options;
    const order = { job: 'verify', shopId, sample, ...(heal && { heal }) } as const;
    const { result } = await runJob(await app.temporal(), order, { wait: true, onProgress: progress });
    return { json: result, ...verifyOutcome(result as VerifyResult) };
  });
}
