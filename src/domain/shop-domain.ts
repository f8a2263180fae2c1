/** The domain of a store at Shopify: the only host, beside the loopback, that a token is sent to. */
export const SHOP_DOMAIN_PATTERN = '^[a-z0-9][a-z0-9-]*\\.myshopify\\.com$';

export function isShopDomain(text: string): boolean {
  return new RegExp(SHOP_DOMAIN_PATTERN, 'u').test(text);
}
