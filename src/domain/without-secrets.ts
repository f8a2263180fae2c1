/** What a text of foreign origin may hold that nobody else may read, and what stands in its place. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  // The password in an address: postgres://user:password@host
  [/(\w:\/\/[^\s:/@]*:)[^\s@/]+@/g, '$1***@'],
  // Tokens and secrets of Shopify, by their prefixes.
  [/\bsh(?:pat|pca|ppa|pss|prt|ptka)_\w+/g, '***'],
  // Tokens and sessions of the HTTP API.
  [/\batp_[\w-]{43}(?![\w-])/g, '***'],
  [/\b(bearer\s+)[^\s"',;]+/gi, '$1***'],
  [/\b((?:password|passwd|secret|token|api[-_]?key)["']?\s*[=:]\s*["']?)[^\s"',;&]+/gi, '$1***'],
];

/** The text without passwords and tokens: for the message of an error that is not ours. */
export function withoutSecrets(text: string): string {
  return SECRETS.reduce((left, [secret, placeholder]) => left.replace(secret, placeholder), text);
}
