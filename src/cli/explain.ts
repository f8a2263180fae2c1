import type { Command } from 'commander';
import { explain } from '../postgres/online-atp/explain.ts';
import { DEFAULT_FACILITY_GROUP_ID } from '../postgres/master-data/facility-groups.ts';
import { findShop, listShops } from '../postgres/master-data/shops.ts';
import { time } from './arguments.ts';
import { explanationText } from './explanation-text.ts';
import type { Cli } from './program.ts';

interface ExplainOptions {
  readonly group?: string;
  readonly shop?: string;
  readonly at?: Date;
}

export function registerExplain(program: Command, { app, reports }: Cli): void {
  const command = program
    .command('explain')
    .description('why a product’s Online ATP is what it is')
    .argument('<sku>', 'the product’s SKU')
    .option(
      '--group <facilityGroupId>',
      `the facility group (default: the shop’s, else ${DEFAULT_FACILITY_GROUP_ID})`,
    )
    .option('--shop <shopId>', 'whose last push to show (default: the only shop of the group)')
    .option('--at <time>', 'memberships as of this instant (default: now)', time);
  reports(command, async (sku: string, options: ExplainOptions) => {
    const { facilityGroupId, shopId } = await place(options);
    const explanation = await explain(app.database(), { sku, facilityGroupId, shopId, at: options.at });
    return { json: explanation, text: explanationText(explanation, shopId) };
  });

  /** A shop has one group, and mostly a group has one shop: either names the other. */
  async function place({ group, shop: shopId }: ExplainOptions) {
    if (shopId !== undefined) {
      const shop = await findShop(app.database(), shopId);
      return { facilityGroupId: group ?? shop.facilityGroupId, shopId };
    }
    const facilityGroupId = group ?? DEFAULT_FACILITY_GROUP_ID;
    const shops = await listShops(app.database());
    const [only, ...more] = shops.filter((shop) => shop.facilityGroupId === facilityGroupId);
    return { facilityGroupId, shopId: more.length === 0 ? only?.shopId : undefined };
  }
}
