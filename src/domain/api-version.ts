/** Versions of Shopify's Admin API: one each quarter. */

/**
 * The oldest version that our documents fit. Before it an inventory level does not tell whether it is active, so the
 * catalogue cannot be read (Shopify changelog, "Add isActive field to InventoryLevel").
 */
export const API_VERSION_OLDEST = '2026-04';

/** A version of API_VERSION_OLDEST or later. */
export const API_VERSION_PATTERN = '^(2026-(04|07|10)|20(2[7-9]|[3-9]\\d)-(01|04|07|10))$';

/** What a wrong version is told. */
export const API_VERSION_WANTED = `a version of Shopify’s Admin API from ${API_VERSION_OLDEST} on, such as 2026-10`;

/** The version that we are written for, and so the one of a shop that names none. */
export const API_VERSION_DEFAULT = '2026-10';

/** Whether our documents fit a version. A shop may have stored an older one before it was refused. */
export function isApiVersionSupported(version: string): boolean {
  return new RegExp(API_VERSION_PATTERN, 'u').test(version);
}
