import { hintOf, type ErrorCode, type ErrorDetail } from '../../src/domain/errors.ts';

/**
 * What to do about it, with the values that are known in place of the general words for them: a command as it stands can be
 * copied and run.
 */
export function hintFor(code: ErrorCode, detail: ErrorDetail): string {
  const { shopId, sequence, sku } = detail;
  const known = { '<shop>': shopId, '<shopId>': shopId, '<sequence>': sequence, '<sku>': sku };
  return Object.entries(known).reduce(
    (text, [word, value]) => (value === undefined ? text : text.replaceAll(word, String(value))),
    hintOf(code, knownOr(detail)),
  );
}

/** What is not known stands as a place-holder, as in the documents. */
function knownOr(detail: ErrorDetail): ErrorDetail {
  return new Proxy(detail, {
    get: (known, name) => (typeof name === 'string' ? (known[name] ?? `<${name}>`) : undefined),
  });
}
