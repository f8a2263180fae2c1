/** What a person may say of a shop. A token or secret is never among it: only the reference to where it is kept. */
import { API_VERSION_PATTERN, API_VERSION_WANTED } from './api-version.ts';
import { CLIENT_ID_PATTERN } from './credential-reference.ts';
import { durationText } from './duration.ts';
import { hidden, reference } from './hidden-fields.ts';
import { choice, count, duration, id, time, wholeNumber } from './input-fields.ts';
import {
  AGE_LIMIT_DEFAULT_MS,
  AGE_LIMIT_MAX_MS,
  AGE_LIMIT_MIN_MS,
  GUARD_LIMIT_PERCENT_MAX,
  GUARD_WINDOW_HOURS_MAX,
  ORDER_LAG_DEFAULT_MS,
  ORDER_LAG_MAX_MS,
  ORDER_LAG_MIN_MS,
} from './limits.ts';
import { LOOPBACK_URL_PATTERN } from './loopback.ts';
import { SKU_MATCHES } from './sku-match.ts';
import { SHOP_DOMAIN_PATTERN } from './shop-domain.ts';
import { SALES_POLICIES } from './unseen-sales.ts';

/** A share of a hundred that may be more than all: over a while, a product may move more than once. */
function guardLimit(about: string) {
  return { ...wholeNumber(about, 0, GUARD_LIMIT_PERCENT_MAX), placeholder: 'percent' };
}

export const SHOP_FIELDS = {
  shopId: id('its id here'),
  /** Also a guard: a token is sent to this host. */
  domain: hidden('the store’s domain, <name>.myshopify.com', {
    pattern: SHOP_DOMAIN_PATTERN,
    wanted: '<name>.myshopify.com',
    placeholder: 'domain',
  }),
  locationId: hidden('the Shopify location where Online ATP is kept, gid://shopify/Location/<number>', {
    pattern: '^gid://shopify/Location/\\d+$',
    wanted: 'gid://shopify/Location/<number>',
    placeholder: 'gid',
  }),
  facilityGroupId: id('the facility group whose stock it sells'),
  token: reference('where its access token is read from'),
  clientId: hidden('instead of a token: the app that asks for tokens by itself', {
    pattern: CLIENT_ID_PATTERN,
    wanted: 'the client id of an app: letters, digits and "-"',
    placeholder: 'id',
  }),
  clientSecret: reference('where the app’s secret is read from'),
  /** A token is sent there without encryption. */
  adminUrl: hidden('a stand-in for Shopify on this machine: http on the loopback', {
    pattern: LOOPBACK_URL_PATTERN,
    wanted: 'http://127.0.0.1:<port>/…: a token is sent there without encryption',
    placeholder: 'url',
  }),
  apiVersion: hidden('the version of the Admin API', {
    pattern: API_VERSION_PATTERN,
    wanted: API_VERSION_WANTED,
    placeholder: 'version',
  }),
  salesPolicy: choice(
    'units that Shopify has sold and whose orders are not imported: keep them back, or not',
    SALES_POLICIES,
  ),
  orderLag: duration(
    `how long after its sale an order is imported at the latest (default ${durationText(ORDER_LAG_DEFAULT_MS)})`,
    ORDER_LAG_MIN_MS,
    ORDER_LAG_MAX_MS,
  ),
  ageLimit: duration(
    `how old a change may be that is on its way to Shopify (default ${durationText(AGE_LIMIT_DEFAULT_MS)})`,
    AGE_LIMIT_MIN_MS,
    AGE_LIMIT_MAX_MS,
  ),
  orderWatermark: time('states that every sale up to then is imported'),
  collapseLimitPercent: guardLimit('share of its products in stock that may collapse without approval'),
  surgeLimitPercent: guardLimit(
    'units by which products may surge without approval, as a share of the units in stock',
  ),
  sellOutLimitPercent: guardLimit('share of its products in stock that may sell out without approval'),
  unmapLimitPercent: {
    ...wholeNumber('share of its mapped products that may be unmapped at once without approval', 0, 100),
    placeholder: 'percent',
  },
  skuMatch: choice(
    'how SKUs are compared with those on Shopify: as they are, or also without case, blanks around and leading zeros',
    SKU_MATCHES,
  ),
  guardWindowHours: {
    ...count('over how long these limits add up', GUARD_WINDOW_HOURS_MAX),
    placeholder: 'hours',
  },
};
