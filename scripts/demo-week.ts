/**
 * What the console of `npm run demo -- --keep` shows: a week of five facilities and two channels, which ends with a
 * blocked lane, a held plan, a held feed, and differences to look at. All of it is done by commands, feeds and the
 * twin; only the days are made: what happened for one is dated back in the demo's own database.
 */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { StackStatus } from '../src/cli/machine.ts';
import { loadConfig } from '../src/config/config.ts';
import { dropFeed } from '../src/main/drop-feed.ts';
import { openDatabase, type Database } from '../src/postgres/database.ts';
import { fileDrop } from '../src/sftp/file-drop.ts';
import { SECOND_SHOP_DOMAIN } from '../src/stand-ins/stack.ts';

const DAYS = 6;
const PRODUCTS = 120;
const GROUP = 'FAC_GRP';
const OUTLET = 'outlet';
const STORES = ['NEW_YORK', 'SAN_FRANCISCO', 'NEW_JERSEY_DC', 'LAS_VEGAS_OUTLET', 'CHICAGO'] as const;
const NAMES = ['Oxford shirt', 'Merino sweater', 'Rain jacket', 'Cord trousers', 'Wool socks', 'Felt hat'];
const SIZES = ['XS', 'S', 'M', 'L', 'XL'];
const COLOURS = ['white', 'navy', 'olive', 'rust'];

interface Week {
  /** The program. */
  readonly atp: string;
  /** The folder of the stack. */
  readonly state: string;
  readonly say: (text: string) => void;
}

interface Product {
  readonly sku: string;
  readonly title: string;
}

const CATALOGUE: readonly Product[] = Array.from({ length: PRODUCTS }, (_, at) => {
  const name = NAMES[Math.floor(at / 20)] ?? '';
  const colour = COLOURS[Math.floor(at / 5) % 4] ?? '';
  const size = SIZES[at % 5] ?? '';
  const sku = `${name}-${colour}-${size}`.toUpperCase().replaceAll(' ', '-');
  return { sku, title: `${name}, ${colour}, ${size}` };
});

/** The same numbers in each demo, though they look like chance. */
function drawn(...parts: readonly number[]): number {
  const mixed = parts.reduce((sum, part) => Math.imul(sum ^ part, 0x9e3779b1) ^ (sum >>> 15), 0x2545f491);
  return (mixed >>> 0) / 2 ** 32;
}

export async function playWeek({ shopify }: StackStatus, { atp: program, state, say }: Week): Promise<void> {
  const { shopId, controlUrl, adminUrl, accessToken } = shopify;
  const database = openDatabase(loadConfig(['database']).databaseUrl);
  let feeds = 100;

  const atp = async (command: string): Promise<void> => {
    const args = [program, ...command.split(' ')];
    await promisify(execFile)(process.execPath, args).catch((error: unknown) => {
      // 3 and 4: it was done, and somebody should look.
      const { code, stderr } = error as { readonly code?: unknown; readonly stderr?: string };
      if (code !== 3 && code !== 4) throw new Error(`atp ${command}: ${stderr}`);
    });
  };
  const drop = async (type: string, lines: readonly string[]): Promise<void> => {
    feeds += 1;
    const feed = { name: `${type}__${feeds}-week.csv`, text: `${lines.join('\n')}\n` };
    await fileDrop(loadConfig(['sftp']).sftp)((open) => dropFeed(open, feed));
  };
  const twin = async (domain: string, path: string, method: string, body: unknown): Promise<void> => {
    const response = await fetch(`${controlUrl}/shops/${domain}/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok)
      throw new Error(`The Shopify twin answered ${response.status}: ${await response.text()}`);
  };
  const bothShops = async (job: string): Promise<void> => {
    await Promise.all([shopId, OUTLET].map((shop) => atp(`job run ${job} --shop ${shop} --wait`)));
  };

  try {
    await setUp();
    // What the demo has done before is as old: later files are not older than those before them.
    await dateBack(database, new Date(0), DAYS + 1);
    for (let day = DAYS; day > 0; day -= 1) {
      const begun = await nowOf(database);
      await playDay(day);
      await dateBack(database, begun, day);
      say(`  ${day} ${day === 1 ? 'day' : 'days'} ago: feeds, files and a verification of both channels`);
    }
    await leaveWorkForPeople();
  } finally {
    await database.close();
  }

  /** Five facilities, two channels, 120 more products. */
  async function setUp(): Promise<void> {
    await promisify(execFile)(process.execPath, [
      ...[program, 'facility', 'add', 'CHICAGO', '--name', 'Chicago, State Street'],
      ...['--type', 'RETAIL_STORE'],
    ]);
    await atp(`group add ${GROUP} CHICAGO`);
    await atp('group create OUTLET_GRP --name Outlet');
    await atp('group add OUTLET_GRP LAS_VEGAS_OUTLET');
    const products = CATALOGUE.map(({ sku, title }) => ({ sku, title, available: 0 }));
    await twin('blue-shirts.myshopify.com', 'products', 'POST', products);
    await twin(SECOND_SHOP_DOMAIN, 'products', 'POST', products.slice(0, PRODUCTS / 2));
    const token = join(state, 'outlet-token');
    await writeFile(token, accessToken, { mode: 0o600 });
    await promisify(execFile)(process.execPath, [
      ...[program, 'shop', 'add', OUTLET, '--domain', SECOND_SHOP_DOMAIN, '--group', 'OUTLET_GRP'],
      ...['--location', shopify.locationId, '--token', `file:${token}`],
      ...['--admin-url', adminUrl.replace('blue-shirts.myshopify.com', SECOND_SHOP_DOMAIN)],
    ]);
    await drop('IMP_PRODUCT', [
      'productId,sku,upc',
      ...CATALOGUE.map(({ sku }, at) => `${20_001 + at},${sku},${190_000_200_000 + at}`),
    ]);
    await drop('RESET_INVENTORY', [
      'idValue,idType,facilityId,availableQty',
      ...CATALOGUE.flatMap(({ sku }, at) =>
        STORES.map(
          (store, of) => `${sku},SKU,${store},${Math.floor(drawn(at, of) * (of === 2 ? 90 : 24)) + 2}`,
        ),
      ),
    ]);
    await atp('job run import --wait');
    for (const shop of [shopId, OUTLET]) await atp(`job run map-shop --shop ${shop} --wait`);
    await bothShops('hard-sync');
    for (const [shop, plan] of [
      [shopId, 2],
      [OUTLET, 1],
    ] as const) {
      await atp(`lane ${shop} approve ${plan} --reason opening`).catch(() => undefined);
    }
    await bothShops('process-uploads');
  }

  /** Sales and returns in the stores, a delta for each channel, and at night a verification. */
  async function playDay(day: number): Promise<void> {
    await drop('MDM_INV_VARIANCE', [
      'idValue,idType,availableDelta,facilityId,reasonEnumId',
      ...CATALOGUE.filter((_, at) => drawn(day, at, 1) < 0.3).map(({ sku }, at) => {
        const store = STORES[Math.floor(drawn(day, at, 2) * STORES.length)] ?? STORES[0];
        const isReturn = drawn(day, at, 3) < 0.2;
        return `${sku},SKU,${isReturn ? 1 : -1},${store},${isReturn ? 'RTN_ITM_RCPT' : 'POS_SALE'}`;
      }),
    ]);
    await atp('job run import --wait');
    await bothShops('recent-changes');
    await bothShops('process-uploads');
    // Somebody edits quantities by hand in Shopify's admin.
    const edited = CATALOGUE.filter((_, at) => drawn(day, at, 7) < 0.03).map(({ sku }, at) => ({
      sku,
      available: 40 + at,
    }));
    if (edited.length > 0) await twin('blue-shirts.myshopify.com', 'levels', 'PATCH', edited);
    // The next day's delta brings what it has found.
    await Promise.all([shopId, OUTLET].map((shop) => atp(`verify ${shop} --heal`)));
  }

  /** What a person finds in the morning. */
  async function leaveWorkForPeople(): Promise<void> {
    const [untracked, ...edited] = CATALOGUE;
    // A product that Shopify does not track: its row is quarantined, the others go on.
    await twin('blue-shirts.myshopify.com', 'items', 'PATCH', [{ sku: untracked?.sku, tracked: false }]);
    await drop('MDM_INV_VARIANCE', [
      'idValue,idType,availableDelta,facilityId,reasonEnumId',
      ...CATALOGUE.slice(0, 12).flatMap(({ sku }) =>
        ['CHICAGO', 'LAS_VEGAS_OUTLET'].map((store) => `${sku},SKU,-1,${store},POS_SALE`),
      ),
    ]);
    await atp('job run import --wait');
    await atp(`job run recent-changes --shop ${shopId} --wait`);
    await atp(`job run process-uploads --shop ${shopId} --wait`);
    // The outlet counts today: nothing may be sent until somebody says so.
    await atp(`lane ${OUTLET} pause --reason stocktaking`);
    await atp(`job run recent-changes --shop ${OUTLET} --wait`);
    await atp(`lane ${OUTLET} hold --reason stocktaking`);
    await atp(`lane ${OUTLET} resume --reason counted`);
    // A count in which the decimal point was lost, so nearly everything is zero.
    await drop('RESET_INVENTORY', [
      'idValue,idType,facilityId,availableQty',
      ...CATALOGUE.map(({ sku }) => `${sku},SKU,NEW_YORK,0`),
    ]);
    await atp('job run import --wait');
    // Differences that nobody has healed yet.
    await twin(
      'blue-shirts.myshopify.com',
      'levels',
      'PATCH',
      edited.slice(30, 36).map(({ sku }, at) => ({ sku, available: at * 7 })),
    );
    await atp(`verify ${shopId}`);
    // Somebody means a threshold of 9 units.
    await atp(`group set ${GROUP} --threshold 99`);
    await atp(`job run recent-changes --shop ${shopId} --wait`);
  }
}

async function nowOf(database: Database): Promise<Date> {
  const [row] = await database.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  return row?.now ?? new Date();
}

/** By when they were made, the times of what is shown by day. */
const TIMES: Readonly<Record<string, readonly [made: string, ...others: string[]]>> = {
  upload_file: [
    'created_at',
    'effective_at',
    'ready_at',
    'started_at',
    'closed_at',
    'archived_at',
    'oldest_change_at',
  ],
  verification_history: ['verified_at'],
  import_file: ['imported_at', 'filed_at'],
  feed_import: ['came_at', 'sent_at', 'decided_at'],
  audit_log: ['started_at', 'ended_at'],
  inventory_item_detail: ['created_at', 'happened_at'],
  applied_row: ['settled_at'],
};

/** What happened since `begun` was so many days ago. It is the demo's database: nobody else's is ever touched. */
async function dateBack(database: Database, begun: Date, days: number): Promise<void> {
  await database.transaction(async (session) => {
    // The ledger and the audit log refuse to be edited; the days of a demo are no books.
    await session.query(`SET LOCAL session_replication_role = replica`);
    for (const [table, times] of Object.entries(TIMES)) {
      const shifted = times.map((time) => `${time} = ${time} - make_interval(days => $2)`);
      await session.query(`UPDATE ${table} SET ${shifted.join(', ')} WHERE ${times[0]} >= $1`, [begun, days]);
    }
  });
}
