/** Changes a shop for the control endpoint, as its merchant and its customers would. */
import { gidOf, locationGid, locationNumberOf, sequenceOf } from './gids.ts';
import { levelAt, variantAt } from './shop-state.ts';
import { isoTime } from './views.ts';
import type { z } from 'zod';
import type {
  itemChanges,
  levelChanges,
  locationChanges,
  orderInput,
  ProductSeed,
} from './control-inputs.ts';
import type { ItemChange, OrderLine, TwinEvent } from './events.ts';
import type { TwinStore } from './journal.ts';
import type { ShopState, Variant } from './shop-state.ts';

/** A control request that cannot be carried out; the answer has this status and message. */
export class ControlError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** What `GET …/levels` answers for each item × location. */
export interface LevelRow {
  readonly sku: string | null;
  readonly title: string;
  readonly productId: string;
  readonly variantId: string;
  readonly inventoryItemId: string;
  readonly locationId: string;
  readonly available: number;
  readonly committed: number;
  readonly onHand: number;
  readonly isActive: boolean;
  readonly tracked: boolean;
  readonly inventoryPolicy: 'DENY' | 'CONTINUE';
  readonly updatedAt: string;
}

interface NamedItem {
  readonly sku?: string | undefined;
  readonly inventoryItemId?: string | undefined;
}

export class ShopControl {
  readonly #store: TwinStore;
  readonly #shop: ShopState;
  readonly #at: number;

  constructor(store: TwinStore, shop: ShopState, at: number) {
    this.#store = store;
    this.#shop = shop;
    this.#at = at;
  }

  /** Adds products; with `replace` the shop's catalogue is emptied first. Ids are never given out twice. */
  seed(seeds: readonly ProductSeed[], replace: boolean) {
    const { domain } = this.#shop;
    const first = this.#store.state.sequence + 1;
    const variants = seeds.map(({ active, available, locationId, ...seed }, index): Variant => {
      const location = this.#locationNumber(locationId);
      const level = { location, available, committed: 0, isActive: active, updatedAt: this.#at };
      return { sequence: first + index, ...seed, levels: [level] };
    });
    const created = variants.map((variant): TwinEvent => ({ type: 'variant-created', domain, variant }));
    this.#store.commit(replace ? [{ type: 'catalogue-cleared', domain }, ...created] : created);
    return variants.map((variant) => ({ title: variant.title, ...idsOf(variant) }));
  }

  /** @param reference a SKU (every variant that carries it) or the id of a variant, item or product */
  deleteVariants(reference: string) {
    const { domain } = this.#shop;
    const gone = this.#find(
      reference.startsWith('gid://') ? { inventoryItemId: reference } : { sku: reference },
    );
    this.#store.commit(
      gone.map(({ sequence }): TwinEvent => ({ type: 'variant-deleted', domain, sequence })),
    );
    return gone.map(idsOf);
  }

  setLevels(changes: z.output<typeof levelChanges>): readonly LevelRow[] {
    const { domain } = this.#shop;
    const touched = new Set<Variant>();
    const events = changes.flatMap(({ available, committed, isActive, locationId, ...named }) =>
      this.#find(named).map((variant): TwinEvent => {
        touched.add(variant);
        const change = {
          sequence: variant.sequence,
          location: this.#locationNumber(locationId),
          at: this.#at,
          ...(available !== undefined && { available }),
          ...(committed !== undefined && { committed }),
          ...(isActive !== undefined && { isActive }),
        };
        return { type: 'level-changed', domain, change };
      }),
    );
    this.#store.commit(events);
    return [...touched].flatMap(levelRows);
  }

  setItems(changes: z.output<typeof itemChanges>): readonly LevelRow[] {
    const { domain } = this.#shop;
    const touched = new Set<Variant>();
    const events = changes.flatMap(({ newSku, tracked, inventoryPolicy, ...named }) =>
      this.#find(named).map((variant): TwinEvent => {
        touched.add(variant);
        const change: ItemChange = {
          sequence: variant.sequence,
          ...(newSku !== undefined && { sku: newSku }),
          ...(tracked !== undefined && { tracked }),
          ...(inventoryPolicy !== undefined && { inventoryPolicy }),
        };
        return { type: 'item-changed', domain, change };
      }),
    );
    this.#store.commit(events);
    return [...touched].flatMap(levelRows);
  }

  setLocations(changes: z.output<typeof locationChanges>) {
    const events = changes.map(({ id, name, isActive, fulfillsOnlineOrders }): TwinEvent => {
      const location = this.#shop.locations.get(this.#locationNumber(id));
      if (!location) throw new ControlError(404, `There is no location ${id}.`);
      return {
        type: 'location-changed',
        domain: this.#shop.domain,
        location: {
          number: location.number,
          name: name ?? location.name,
          isActive: isActive ?? location.isActive,
          fulfillsOnlineOrders: fulfillsOnlineOrders ?? location.fulfillsOnlineOrders,
        },
      };
    });
    this.#store.commit(events);
    return [...this.#shop.locations.values()].map(({ number, ...flags }) => ({
      id: locationGid(number),
      ...flags,
    }));
  }

  /**
   * A customer buys: `available` falls and `committed` rises at once (on_hand stays), all lines or none. An item
   * that is not tracked sells and keeps its quantity; with the policy DENY nobody can buy more than is available.
   */
  placeOrder({ lines }: z.output<typeof orderInput>) {
    const taken = new Map<string, number>();
    const sold = lines.map(({ quantity, locationId, ...named }) => {
      const [variant] = this.#find(named);
      if (!variant) throw new ControlError(404, 'There is no such item.');
      const level = locationId
        ? levelAt(variant, this.#locationNumber(locationId))
        : variant.levels.find((candidate) => this.#sellsOnline(candidate));
      if (!level || !this.#sellsOnline(level)) {
        throw new ControlError(409, `${variant.sku ?? variant.title} is not for sale: no active level.`);
      }
      const place = `${variant.sequence} ${level.location}`;
      const from = level.available - (taken.get(place) ?? 0);
      if (variant.tracked && variant.inventoryPolicy === 'DENY' && from < quantity) {
        throw new ControlError(409, `${variant.sku ?? variant.title} is sold out: ${from} left.`);
      }
      const moved = variant.tracked ? quantity : 0;
      taken.set(place, (taken.get(place) ?? 0) + moved);
      return { variant, location: level.location, quantity, moved, from, to: from - moved };
    });
    const sequence = this.#store.state.sequence + 1;
    const orderLines = sold.map(({ variant, location, moved }): OrderLine => ({
      sequence: variant.sequence,
      location,
      quantity: moved,
    }));
    this.#store.commit([
      {
        type: 'order-placed',
        domain: this.#shop.domain,
        at: this.#at,
        sequence,
        lines: orderLines,
      },
    ]);
    return {
      orderId: gidOf('Order', sequence),
      createdAt: isoTime(this.#at),
      lines: sold.map(({ variant, location, quantity, from, to }) => ({
        ...idsOf(variant),
        locationId: locationGid(location),
        quantity,
        from,
        to,
      })),
    };
  }

  forgetKeys(): void {
    this.#store.commit([{ type: 'keys-forgotten', domain: this.#shop.domain }]);
  }

  /** @param sku absent: the whole catalogue, in the order of the ids */
  levels(sku?: string): readonly LevelRow[] {
    const variants = sku === undefined ? this.#shop.catalogue : (this.#shop.bySku.get(sku) ?? []);
    return variants.flatMap(levelRows);
  }

  #sellsOnline({ isActive, location }: { readonly isActive: boolean; readonly location: number }): boolean {
    const place = this.#shop.locations.get(location);
    return isActive && Boolean(place?.isActive && place.fulfillsOnlineOrders);
  }

  #locationNumber(id: string | undefined): number {
    const number = id === undefined ? this.#shop.locations.keys().next().value : locationNumberOf(id);
    if (number == null || !this.#shop.locations.has(number)) {
      throw new ControlError(404, `There is no location ${id ?? '(the shop has none)'}.`);
    }
    return number;
  }

  #find({ sku, inventoryItemId: id }: NamedItem): readonly Variant[] {
    if (sku !== undefined) {
      const variants = this.#shop.bySku.get(sku);
      if (!variants) throw new ControlError(404, `There is no variant with the SKU ${sku}.`);
      return [...variants];
    }
    const kinds = ['InventoryItem', 'ProductVariant', 'Product'] as const;
    const sequence = kinds.map((kind) => sequenceOf(kind, id ?? '')).find((found) => found !== null) ?? null;
    const variant = variantAt(this.#shop, sequence);
    if (!variant) throw new ControlError(404, `There is no item ${id}.`);
    return [variant];
  }
}

function idsOf({ sku, sequence }: Variant) {
  return {
    sku,
    productId: gidOf('Product', sequence),
    variantId: gidOf('ProductVariant', sequence),
    inventoryItemId: gidOf('InventoryItem', sequence),
  };
}

function levelRows(variant: Variant): readonly LevelRow[] {
  const { title, tracked, inventoryPolicy } = variant;
  return variant.levels.map(({ location, available, committed, isActive, updatedAt }) => ({
    ...idsOf(variant),
    title,
    locationId: locationGid(location),
    available,
    committed,
    onHand: available + committed,
    isActive,
    tracked,
    inventoryPolicy,
    updatedAt: isoTime(updatedAt),
  }));
}
