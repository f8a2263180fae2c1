/** Versions of Shopify's Admin API: one each quarter. */
export const API_VERSION_PATTERN = '^20\\d\\d-(01|04|07|10)$';

/** The version that we are written for, and so the one of a shop that names none. */
export const API_VERSION_DEFAULT = '2026-10';
