/**
 * The state is what all events, applied one after the other, give. `applyEvent` is deterministic and reads neither clock
 * nor disk, so replaying a journal gives the same state; it changes the state in place, because a catalogue may have a
 * million variants.
 */
import { isExpired } from './idempotency-keys.ts';
import { forEachRow, levelAt, positionOf, shopIn, variantAt } from './shop-state.ts';
import type { LevelChange, TwinEvent } from './events.ts';
import type { KeyRecord, ShopState, TwinState, Variant } from './shop-state.ts';

export function applyEvent(state: TwinState, event: TwinEvent): void {
  if (event.type === 'sequence-reached') {
    state.sequence = Math.max(state.sequence, event.sequence);
    return;
  }
  const shop = shopIn(state, event.domain);
  switch (event.type) {
    case 'variant-created': {
      const variant = { ...event.variant, levels: event.variant.levels.map((level) => ({ ...level })) };
      state.sequence = Math.max(state.sequence, variant.sequence);
      shop.catalogue.push(variant);
      indexBySku(shop, variant);
      return;
    }
    case 'variant-deleted': {
      const [removed] = shop.catalogue.splice(positionOf(shop.catalogue, event.sequence), 1);
      if (removed) removeFromSkuIndex(shop, removed);
      return;
    }
    case 'catalogue-cleared':
      shop.catalogue.length = 0;
      shop.bySku.clear();
      return;
    case 'item-changed': {
      const variant = variantAt(shop, event.change.sequence);
      if (!variant) return;
      removeFromSkuIndex(shop, variant);
      Object.assign(variant, event.change);
      indexBySku(shop, variant);
      return;
    }
    case 'level-changed':
      changeLevel(shop, event.change);
      return;
    case 'location-changed':
      shop.locations.set(event.location.number, event.location);
      return;
    case 'quantities-set':
      forEachRow(event.record.group?.rows ?? [], (sequence, location, _from, to) => {
        changeLevel(shop, { sequence, location, available: to, at: event.at });
      });
      recordKey(state, shop, event.key, event.record, event.at);
      return;
    case 'key-recorded':
      recordKey(state, shop, event.key, event.record, event.at);
      return;
    case 'keys-forgotten':
      shop.keys.clear();
      return;
    case 'order-placed':
      state.sequence = Math.max(state.sequence, event.sequence);
      for (const { sequence, location, quantity } of event.lines) {
        const variant = variantAt(shop, sequence);
        const level = variant && levelAt(variant, location);
        if (!level) continue;
        const available = level.available - quantity;
        const committed = level.committed + quantity;
        changeLevel(shop, { sequence, location, available, committed, at: event.at });
      }
  }
}

/** The shortest list of events that gives this state again; keys that have expired by `now` are left out. */
export function* eventsOf(state: TwinState, now: number): Generator<TwinEvent> {
  yield { type: 'sequence-reached', sequence: state.sequence };
  for (const { domain, locations, catalogue, keys } of state.shops.values()) {
    for (const location of locations.values()) yield { type: 'location-changed', domain, location };
    for (const variant of catalogue) yield { type: 'variant-created', domain, variant };
    for (const [key, record] of keys) {
      if (isExpired(record, now)) continue;
      yield { type: 'key-recorded', domain, at: record.firstUsedAt, key, record };
    }
  }
}

function changeLevel(shop: ShopState, { sequence, location, at, ...values }: LevelChange): void {
  const variant = variantAt(shop, sequence);
  if (!variant) return;
  let level = levelAt(variant, location);
  if (!level) {
    level = { location, available: 0, committed: 0, isActive: false, updatedAt: at };
    variant.levels.push(level);
  }
  if (values.available !== undefined && values.available !== level.available) level.updatedAt = at;
  Object.assign(level, values);
}

function recordKey(state: TwinState, shop: ShopState, key: string, record: KeyRecord, at: number): void {
  state.sequence = Math.max(state.sequence, record.group?.sequence ?? 0);
  for (const [oldest, { firstUsedAt }] of shop.keys) {
    if (!isExpired({ firstUsedAt }, at)) break;
    shop.keys.delete(oldest);
  }
  shop.keys.set(key, record);
}

function indexBySku(shop: ShopState, variant: Variant): void {
  if (variant.sku === null) return;
  const same = shop.bySku.get(variant.sku);
  if (same) same.splice(positionOf(same, variant.sequence), 0, variant);
  else shop.bySku.set(variant.sku, [variant]);
}

function removeFromSkuIndex(shop: ShopState, variant: Variant): void {
  if (variant.sku === null) return;
  const rest = (shop.bySku.get(variant.sku) ?? []).filter((other) => other !== variant);
  if (rest.length > 0) shop.bySku.set(variant.sku, rest);
  else shop.bySku.delete(variant.sku);
}
