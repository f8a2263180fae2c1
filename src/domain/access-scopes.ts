/** The scopes of Shopify's Admin API that the app of a shop needs. A scope to write covers the one to read. */
export const ACCESS_SCOPES_NEEDED = [
  'write_inventory',
  'read_inventory',
  'read_products',
  'read_locations',
] as const;
