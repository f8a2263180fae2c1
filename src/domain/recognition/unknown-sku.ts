/** What may be meant by a SKU that no product has. */
import { nearMisses } from '../near-miss.ts';
import { toLatin } from './look-alikes.ts';
import { readAsUtf8 } from './misread-text.ts';
import { withoutUnseen } from './odd-id.ts';

/** Zeros that a spreadsheet takes from the front of a number. */
const ZEROS_LOST_MAX = 8;

/** SKUs that may be meant, the likelier ones first; all of them can be looked up by an index. */
export function likelySkus(sku: string): readonly string[] {
  const seen = withoutUnseen(sku);
  const bare = sku.replace(/^0+(?=.)/, '');
  const padded = /^\d/.test(sku)
    ? Array.from({ length: ZEROS_LOST_MAX }, (_, zeros) => '0'.repeat(zeros + 1) + sku)
    : [];
  const spellings = [
    ...otherForms(sku),
    seen,
    sku.toUpperCase(),
    sku.toLowerCase(),
    toLatin(seen),
    seen.replace(/\s+/g, ''),
    sku.replace(/\.0+$/, ''),
    bare,
    ...padded,
  ];
  return [...new Set([...spellings, ...nearMisses(sku)])].filter((near) => near !== sku && near !== '');
}

/**
 * The same letters in other bytes: `é` as one character or as two (files of a Mac), wide ones of East Asia, and UTF-8 that a program has read as
 * windows-1252 (`Ã©`).
 */
function otherForms(sku: string): readonly string[] {
  const forms = (['NFC', 'NFD', 'NFKC'] as const).map((form) => sku.normalize(form));
  const misread = readAsUtf8(sku);
  return misread === null ? forms : [...forms, misread];
}
