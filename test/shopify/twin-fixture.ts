/** A running twin with one or two shops, and a client that speaks to it over HTTP as any GraphQL client would. */
import { readFileSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { startShopifyTwin } from '../../src/stand-ins/shopify-twin/index.ts';
import type {
  HoldStatus,
  LevelRow,
  LoggedRequest,
  ShopifyTwin,
  TwinOptions,
} from '../../src/stand-ins/shopify-twin/index.ts';

export const SHOP = {
  domain: 'blue-shirts.myshopify.com',
  accessToken: 'shpat_twin_blue',
  locations: [
    { id: 'gid://shopify/Location/70000000001', name: 'Online ATP' },
    { id: 'gid://shopify/Location/70000032769', name: 'Back room' },
  ],
} as const;

export const LOCATION = SHOP.locations[0].id;
export const BACK_ROOM = SHOP.locations[1].id;

const DOCUMENTS = new URL('../../src/shopify/documents/', import.meta.url);

export function documentText(name: string): string {
  return readFileSync(new URL(`${name}.graphql`, DOCUMENTS), 'utf8');
}

export interface UserError {
  readonly code: string;
  readonly field: readonly string[] | null;
  readonly message: string;
}

/** The parts of an answer that tests look into. What a document did not select is missing at run time. */
export interface Answer {
  readonly data: AnswerData;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly unknown[];
    readonly extensions?: Readonly<Record<string, unknown>>;
  }[];
  readonly extensions: {
    readonly cost: {
      readonly requestedQueryCost: number;
      readonly actualQueryCost: number | null;
      readonly throttleStatus: {
        readonly maximumAvailable: number;
        readonly currentlyAvailable: number;
        readonly restoreRate: number;
      };
    };
    readonly search?: unknown;
  };
}

interface AnswerData {
  readonly inventorySetQuantities: {
    readonly inventoryAdjustmentGroup: { readonly id: string } | null;
    readonly userErrors: readonly UserError[];
  };
  readonly nodes: readonly {
    readonly id: string;
    readonly inventoryLevel: { readonly isActive: boolean; readonly quantities: readonly unknown[] } | null;
  }[];
  readonly productVariant: { readonly inventoryQuantity: number };
  readonly productVariants: Page;
  readonly products: Page;
  readonly inventoryItems: Page;
}

export interface Page {
  readonly nodes: readonly { readonly id: string; readonly sku: string }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

export interface Row {
  readonly inventoryItemId: string;
  readonly locationId?: string;
  readonly quantity: number;
  readonly changeFromQuantity?: number | null;
}

export interface SeededProduct {
  readonly sku: string;
  readonly productId: string;
  readonly variantId: string;
  readonly inventoryItemId: string;
}

/** Starts a twin that stops with the test. */
export async function startTwin(options: Partial<TwinOptions> = {}): Promise<TwinClient> {
  const twin = await startShopifyTwin({ shops: [SHOP], ...options });
  onTestFinished(() => twin.close());
  return new TwinClient(twin.url);
}

export async function startTwinWith(
  products: readonly Record<string, unknown>[],
  options: Partial<TwinOptions> = {},
): Promise<{ readonly twin: TwinClient; readonly ids: readonly string[] }> {
  const twin = await startTwin(options);
  const seeded = await twin.seed(products);
  return { twin, ids: seeded.map(({ inventoryItemId }) => inventoryItemId) };
}

export function shirts(count: number): { sku: string; title: string; available: number }[] {
  return Array.from({ length: count }, (_, index) => ({
    sku: `SHIRT-${String(index + 1).padStart(4, '0')}`,
    title: `Shirt ${index + 1}`,
    available: 10,
  }));
}

export class TwinClient {
  readonly url: string;

  constructor(url: ShopifyTwin['url']) {
    this.url = url;
  }

  post(body: unknown, init: { path?: string; headers?: Record<string, string>; signal?: AbortSignal } = {}) {
    return fetch(`${this.url}${init.path ?? `/shops/${SHOP.domain}/admin/api/2026-10/graphql.json`}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-shopify-access-token': SHOP.accessToken,
        ...init.headers,
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      ...(init.signal && { signal: init.signal }),
    });
  }

  async query(query: string, variables: Record<string, unknown> = {}): Promise<Answer> {
    return (await (await this.post({ query, variables })).json()) as Answer;
  }

  /** Sends our own document, and fills in the fields of the input that a test does not care about. */
  setOnlineAtp(key: string, rows: readonly Row[], input: Record<string, unknown> = {}): Promise<Answer> {
    return this.query(documentText('set-online-atp'), setVariables(key, rows, input));
  }

  /** Returns the userErrors of a call that must be refused. */
  async expectRefusal(
    key: string,
    rows: readonly Row[],
    input: Record<string, unknown> = {},
  ): Promise<readonly UserError[]> {
    const { data } = await this.setOnlineAtp(key, rows, input);
    if (data.inventorySetQuantities.inventoryAdjustmentGroup !== null) throw new Error('It was accepted.');
    return data.inventorySetQuantities.userErrors;
  }

  async control<Result = unknown>(method: string, path: string, body?: unknown): Promise<Result> {
    const response = await fetch(`${this.url}/control${path}`, {
      method,
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    });
    const result = (await response.json()) as Result & { error?: string };
    if (!response.ok) throw new Error(`${response.status}: ${result.error}`);
    return result;
  }

  seed(products: readonly Record<string, unknown>[]): Promise<SeededProduct[]> {
    return this.control('POST', `/shops/${SHOP.domain}/products`, products);
  }

  levels(sku?: string): Promise<LevelRow[]> {
    return this.control('GET', `/shops/${SHOP.domain}/levels${sku ? `?sku=${encodeURIComponent(sku)}` : ''}`);
  }

  /** `available` of every level, in the order of the ids. */
  async available(): Promise<number[]> {
    return (await this.levels()).map(({ available }) => available);
  }

  requests(operation?: string): Promise<LoggedRequest[]> {
    return this.control('GET', `/requests${operation ? `?operation=${operation}` : ''}`);
  }

  hold(operation: string): Promise<HoldStatus> {
    return this.control('POST', '/holds', { operation });
  }
}

export function setVariables(
  key: string,
  rows: readonly Row[],
  input: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    input: {
      name: 'available',
      reason: 'correction',
      referenceDocumentUri: 'gid://atp-sync/AtpFile/1',
      quantities: rows.map((row) => ({ locationId: LOCATION, ...row })),
      ...input,
    },
    idempotencyKey: key,
  };
}
