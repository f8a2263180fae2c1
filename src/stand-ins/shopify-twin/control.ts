/**
 * The control endpoint, for tests: on the loopback and without a token. Through it a test acts as the merchant and as
 * the shop's customers, reads what clients have asked, and makes calls go wrong.
 *
 *     POST   /control/shops/<domain>/products            [{sku, title, available?, …}] → 201, the ids
 *     PUT    /control/shops/<domain>/products            the same; replaces the shop's whole catalogue
 *     DELETE /control/shops/<domain>/variants/<sku|gid>  → the ids that were deleted
 *     GET    /control/shops/<domain>/levels?sku=         → LevelRow[]
 *     PATCH  /control/shops/<domain>/levels              [{sku|inventoryItemId, available?, isActive?, …}] → LevelRow[]
 *     PATCH  /control/shops/<domain>/items               [{sku|inventoryItemId, tracked?, inventoryPolicy?, newSku?}]
 *     PATCH  /control/shops/<domain>/locations           [{id, name?, isActive?, fulfillsOnlineOrders?}]
 *     POST   /control/shops/<domain>/orders              {lines: [{sku|inventoryItemId, quantity, locationId?}]}
 *     DELETE /control/shops/<domain>/access-tokens       the shop revokes the tokens that it has granted
 *     DELETE /control/shops/<domain>/client              it grants the app no token any more · PUT: it does again
 *     DELETE /control/shops/<domain>/idempotency-keys    the shop forgets its keys, as if 24 hours had passed
 *     GET    /control/shops/<domain>/economy             → {maximumAvailable, currentlyAvailable, restoreRate, latencyMs}
 *     PATCH  /control/shops/<domain>/economy             {plan? | restoreRate?, maximumAvailable?, currentlyAvailable?,
 *                                                         latencyMs?: <ms> | {from, to, seed}} → as GET
 *     GET    /control/shops/<domain>/rules               → {refusedKeys, replay, staleRefusals}
 *     PATCH  /control/shops/<domain>/rules               {refusedKeys?, replay?, staleRefusals?} → as GET
 *     GET    /control/requests?domain=&operation=        → LoggedRequest[], oldest first
 *     DELETE /control/requests
 *     POST   /control/faults                             {kind, operation?, domain?, times?, skip?, retryAfter?}
 *     GET    /control/faults · DELETE /control/faults
 *     POST   /control/holds                              {operation?, domain?} → 201 HoldStatus
 *     GET    /control/holds/<id>?arrived                 HoldStatus; with `arrived`, as soon as a request has come
 *     DELETE /control/holds/<id>                         releases; answers when the request has been executed
 *
 * A body is `application/json`. Errors: `{"error": "…"}` with 400 (input), 403 (a web page of another origin), 404, 405,
 * 409 (a customer cannot buy that), 415 (another content type).
 */
import { z } from 'zod';
import {
  economyChange,
  faultInput,
  holdInput,
  itemChanges,
  levelChanges,
  locationChanges,
  orderInput,
  productSeeds,
  rulesChange,
} from './control-inputs.ts';
import { jsonReply } from './http.ts';
import { ControlError, ShopControl } from './shop-control.ts';
import { shopIn } from './shop-state.ts';
import type { AccessTokens } from './access-tokens.ts';
import type { Faults } from './faults.ts';
import type { Holds } from './holds.ts';
import type { Reply } from './http.ts';
import type { TwinStore } from './journal.ts';
import type { RequestLog } from './request-log.ts';
import type { ShopEconomy } from './shop-economy.ts';
import type { ShopRules } from './shop-rules.ts';

/** How long `GET …/holds/<id>?arrived` waits for a request before it answers all the same. */
const ARRIVAL_TIMEOUT_MS = 30_000;

export interface ControlParts {
  readonly store: TwinStore;
  readonly tokens: AccessTokens;
  readonly log: RequestLog;
  readonly faults: Faults;
  readonly holds: Holds;
  readonly now: () => Date;
  /** One a shop, by its domain. */
  readonly economies: ReadonlyMap<string, ShopEconomy>;
  readonly rules: ReadonlyMap<string, ShopRules>;
}

export interface ControlRequest {
  readonly method: string;
  /** Without `/control`. */
  readonly path: string;
  readonly search: URLSearchParams;
  /** Empty for none. */
  readonly text: string;
}

export async function answerControl(parts: ControlParts, request: ControlRequest): Promise<Reply> {
  try {
    const [area, ...rest] = request.path.split('/').filter(Boolean).map(decodeURIComponent);
    switch (area) {
      case 'shops':
        return answerShop(parts, request, rest);
      case 'requests':
        return answerRequests(parts, request);
      case 'faults':
        return answerFaults(parts, request);
      case 'holds':
        return await answerHolds(parts, request, rest[0]);
      default:
        throw new ControlError(404, `There is no ${request.path}.`);
    }
  } catch (error) {
    if (error instanceof ControlError) return jsonReply(error.status, { error: error.message });
    if (error instanceof z.ZodError) return jsonReply(400, { error: z.prettifyError(error) });
    if (error instanceof SyntaxError || error instanceof URIError) {
      return jsonReply(400, { error: error.message });
    }
    throw error;
  }
}

function answerShop(parts: ControlParts, request: ControlRequest, path: readonly string[]): Reply {
  const [domain = '', area, reference] = path;
  const economy = parts.economies.get(domain);
  const rules = parts.rules.get(domain);
  if (!economy || !rules) throw new ControlError(404, `There is no shop ${domain}.`);
  const { store } = parts;
  const at = parts.now().getTime();
  const shop = new ShopControl(store, shopIn(store.state, domain), at);
  switch (`${request.method} ${area}`) {
    case 'POST products':
    case 'PUT products':
      return jsonReply(201, shop.seed(bodyOf(request, productSeeds), request.method === 'PUT'));
    case 'DELETE variants':
      return jsonReply(200, shop.deleteVariants(reference ?? ''));
    case 'GET levels':
      return jsonReply(200, shop.levels(request.search.get('sku') ?? undefined));
    case 'PATCH levels':
      return jsonReply(200, shop.setLevels(bodyOf(request, levelChanges)));
    case 'PATCH items':
      return jsonReply(200, shop.setItems(bodyOf(request, itemChanges)));
    case 'PATCH locations':
      return jsonReply(200, shop.setLocations(bodyOf(request, locationChanges)));
    case 'POST orders':
      return jsonReply(201, shop.placeOrder(bodyOf(request, orderInput)));
    case 'DELETE access-tokens':
      parts.tokens.revoke(domain);
      return jsonReply(200, {});
    case 'DELETE client':
    case 'PUT client':
      parts.tokens.setGranting(domain, request.method === 'PUT');
      return jsonReply(200, {});
    case 'DELETE idempotency-keys':
      shop.forgetKeys();
      return jsonReply(200, {});
    case 'PATCH economy':
      economy.change(bodyOf(request, economyChange), at);
      return jsonReply(200, economy.view(at));
    case 'GET economy':
      return jsonReply(200, economy.view(at));
    case 'PATCH rules':
      rules.change(bodyOf(request, rulesChange));
      return jsonReply(200, rules.current);
    case 'GET rules':
      return jsonReply(200, rules.current);
    default:
      throw notAllowed(request);
  }
}

function answerRequests({ log }: ControlParts, request: ControlRequest): Reply {
  if (request.method === 'DELETE') {
    log.clear();
    return jsonReply(200, {});
  }
  if (request.method !== 'GET') throw notAllowed(request);
  const domain = request.search.get('domain') ?? undefined;
  const operation = request.search.get('operation') ?? undefined;
  return { status: 200, body: log.toJson({ domain, operation }), delivery: 'whole' };
}

function answerFaults({ faults }: ControlParts, request: ControlRequest): Reply {
  switch (request.method) {
    case 'POST':
      return jsonReply(201, faults.arm(bodyOf(request, faultInput)));
    case 'GET':
      return jsonReply(200, faults.armed);
    case 'DELETE':
      faults.disarmAll();
      return jsonReply(200, {});
    default:
      throw notAllowed(request);
  }
}

async function answerHolds(
  { holds }: ControlParts,
  request: ControlRequest,
  id: string | undefined,
): Promise<Reply> {
  if (request.method === 'POST') return jsonReply(201, holds.place(bodyOf(request, holdInput)));
  if (id === undefined || !holds.status(id)) throw new ControlError(404, 'There is no such hold.');
  if (request.method === 'DELETE') return jsonReply(200, await holds.release(id));
  if (request.method !== 'GET') throw notAllowed(request);
  if (request.search.has('arrived')) await withinArrivalTimeout(holds.arrival(id));
  return jsonReply(200, holds.status(id));
}

async function withinArrivalTimeout(arrival: Promise<void>): Promise<void> {
  const timeout = Promise.withResolvers<void>();
  const timer = setTimeout(timeout.resolve, ARRIVAL_TIMEOUT_MS);
  await Promise.race([arrival, timeout.promise]);
  clearTimeout(timer);
}

function bodyOf<Schema extends z.ZodType>(request: ControlRequest, schema: Schema): z.output<Schema> {
  return schema.parse(JSON.parse(request.text === '' ? '{}' : request.text));
}

function notAllowed({ method, path }: ControlRequest): ControlError {
  return new ControlError(405, `${method} ${path} is not a control request.`);
}
