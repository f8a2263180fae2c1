/** The scopes of Shopify's Admin API that the app of a shop needs. A scope to write covers the one to read. */
export const ACCESS_SCOPES_NEEDED = [
  'write_inventory',
  'read_inventory',
  'read_products',
  'read_locations',
] as const;

/** Those that were not granted, among what Shopify says was. */
export function missingScopes(granted: readonly string[]): readonly string[] {
  const has = (scope: string) =>
    granted.includes(scope) || granted.includes(scope.replace(/^read_/, 'write_'));
  return ACCESS_SCOPES_NEEDED.filter((scope) => !has(scope));
}
