/** What the control endpoint takes. It refuses unknown fields, so that a typing error in a test is noticed. */
import { z } from 'zod';
import { FAULT_KINDS } from './faults.ts';
import { QUANTITY_LIMIT } from './inventory-set-quantities.ts';
import { RESTORE_RATES, type Plan } from './shop-economy.ts';
import { REFUSED_KEYS, REPLAY, STALE_REFUSALS } from './shop-rules.ts';

/** The most elements of one control request. */
const LIST_LIMIT = 100_000;

const sku = z.string().min(1).max(255);
const gid = z.string().startsWith('gid://shopify/').max(200);
const stock = z.int().min(-QUANTITY_LIMIT).max(QUANTITY_LIMIT);
const inventoryPolicy = z.enum(['DENY', 'CONTINUE']);

/** One product with one variant, stocked at one location. */
const productSeed = z.strictObject({
  sku: sku.nullable(),
  title: z.string().min(1).max(255),
  available: stock.default(0),
  tracked: z.boolean().default(true),
  inventoryPolicy: inventoryPolicy.default('DENY'),
  /** Whether the level is active. */
  active: z.boolean().default(true),
  /** Default: the shop's first location. Other locations have no level of the item. */
  locationId: gid.optional(),
});
export const productSeeds = z.array(productSeed).max(LIST_LIMIT);
export type ProductSeed = z.output<typeof productSeed>;

/** An item is named by its SKU (all variants that carry it) or by the id of the item or variant. */
const item = { sku: sku.optional(), inventoryItemId: gid.optional() };
const namesItem = (named: { sku?: string | undefined; inventoryItemId?: string | undefined }): boolean =>
  (named.sku === undefined) !== (named.inventoryItemId === undefined);
const NAMES_ITEM = { error: 'name the item by either sku or inventoryItemId' };

export const levelChanges = z
  .array(
    z
      .strictObject({
        ...item,
        locationId: gid.optional(),
        available: stock.optional(),
        committed: z.int().min(0).max(QUANTITY_LIMIT).optional(),
        isActive: z.boolean().optional(),
      })
      .refine(namesItem, NAMES_ITEM),
  )
  .max(LIST_LIMIT);

export const itemChanges = z
  .array(
    z
      .strictObject({
        ...item,
        newSku: sku.nullable().optional(),
        tracked: z.boolean().optional(),
        inventoryPolicy: inventoryPolicy.optional(),
      })
      .refine(namesItem, NAMES_ITEM),
  )
  .max(LIST_LIMIT);

export const locationChanges = z
  .array(
    z.strictObject({
      id: gid,
      name: z.string().min(1).max(255).optional(),
      isActive: z.boolean().optional(),
      fulfillsOnlineOrders: z.boolean().optional(),
    }),
  )
  .max(LIST_LIMIT);

export const orderInput = z.strictObject({
  lines: z
    .array(
      z
        .strictObject({ ...item, quantity: z.int().min(1).max(QUANTITY_LIMIT), locationId: gid.optional() })
        .refine(namesItem, NAMES_ITEM),
    )
    .min(1)
    .max(500),
});

const points = z.int().min(0).max(1_000_000_000);
const latency = z.int().min(0).max(600_000);

export const economyChange = z
  .strictObject({
    plan: z.enum(Object.keys(RESTORE_RATES) as Plan[]).optional(),
    restoreRate: z.number().positive().max(1_000_000_000).optional(),
    maximumAvailable: points.min(1).optional(),
    currentlyAvailable: points.optional(),
    latencyMs: z
      .union([
        latency,
        z
          .strictObject({
            from: latency,
            to: latency,
            seed: z
              .int()
              .min(0)
              .max(2 ** 32 - 1),
          })
          .refine(({ from, to }) => from <= to, { error: 'from is above to' }),
      ])
      .optional(),
  })
  .refine(({ plan, restoreRate }) => plan === undefined || restoreRate === undefined, {
    error: 'name either a plan or its restoreRate',
  });

export const rulesChange = z.strictObject({
  refusedKeys: z.enum(REFUSED_KEYS).optional(),
  replay: z.enum(REPLAY).optional(),
  staleRefusals: z.enum(STALE_REFUSALS).optional(),
});

const requestFilter = { domain: z.string().optional(), operation: z.string().optional() };

export const faultInput = z.strictObject({
  ...requestFilter,
  kind: z.enum(FAULT_KINDS),
  times: z.int().min(1).max(LIST_LIMIT).default(1),
  skip: z.int().min(0).max(LIST_LIMIT).default(0),
  /** Seconds, for http-429. */
  retryAfter: z.number().min(0).max(3600).optional(),
});

export const holdInput = z.strictObject(requestFilter);
