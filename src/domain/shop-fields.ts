/** What a person may say of a shop. A token or secret is never among it: only the reference to where it is kept. */
import { API_VERSION_DEFAULT, API_VERSION_PATTERN } from './api-version.ts';
import { CLIENT_ID_PATTERN, PLACE_PATTERN } from './credential-reference.ts';
import { id, pattern, percent, choice } from './input-fields.ts';
import { LOOPBACK_URL_PATTERN } from './loopback.ts';
import { SALES_POLICIES } from './unseen-sales.ts';

/** `env:NAME` or `file:PATH`. The value itself may have been typed by mistake, so it is never repeated. */
function reference(about: string) {
  return pattern(about, {
    pattern: PLACE_PATTERN,
    wanted: 'env:NAME or file:PATH',
    placeholder: 'env:NAME|file:PATH',
    isHidden: true,
  });
}

export const SHOP_FIELDS = {
  shopId: id('its id here'),
  /** Also a guard: a token is sent to this host. */
  domain: pattern('the store’s domain', {
    pattern: '^[a-z0-9][a-z0-9-]*\\.myshopify\\.com$',
    wanted: '<name>.myshopify.com',
    placeholder: 'domain',
  }),
  locationId: pattern('the Shopify location where Online ATP is kept', {
    pattern: '^gid://shopify/Location/\\d+$',
    wanted: 'gid://shopify/Location/<number>',
    placeholder: 'gid',
  }),
  facilityGroupId: id('the facility group whose stock it sells'),
  token: reference('where its access token is read from'),
  clientId: pattern('instead of a token: the app that asks for tokens by itself', {
    pattern: CLIENT_ID_PATTERN,
    wanted: 'the client id of an app: letters, digits and "-"',
    placeholder: 'id',
  }),
  clientSecret: reference('where the app’s secret is read from'),
  /** A token is sent there without encryption. */
  adminUrl: pattern('a stand-in for Shopify on this machine', {
    pattern: LOOPBACK_URL_PATTERN,
    wanted: 'http://127.0.0.1:<port>/…: a token is sent there without encryption',
    placeholder: 'url',
  }),
  apiVersion: pattern('the version of the Admin API', {
    pattern: API_VERSION_PATTERN,
    wanted: `a version such as ${API_VERSION_DEFAULT}`,
    placeholder: 'version',
  }),
  salesPolicy: choice(
    'units that Shopify has sold and whose orders are not imported: keep them back, or not',
    SALES_POLICIES,
  ),
  toZeroLimitPercent: percent('share of its products that a file may send to zero without approval'),
};
