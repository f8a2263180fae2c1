/**
 * Writes docs/reference/errors.md from the codes themselves, so that the page has every code, and no code that is gone.
 *
 *     node scripts/write-errors-reference.ts           writes the page
 *     node scripts/write-errors-reference.ts --check   exits 1 when the page differs from the codes
 */
import { ERROR_CLASSES, type ErrorClass } from '../src/domain/error-class.ts';
import type { ErrorEntry } from '../src/domain/error-codes/error-entry.ts';
import { ERRORS, hintText, PLACEHOLDERS } from '../src/domain/errors.ts';
import { renewPage } from './reference-page.ts';

function page(): string {
  const sections = (Object.keys(ERROR_CLASSES) as ErrorClass[]).map((errorClass) => {
    const { title, meaning } = ERROR_CLASSES[errorClass];
    const codes = Object.entries(ERRORS).filter(([, entry]) => entry.class === errorClass);
    const entries = codes.map(([code, { message, hint }]) => {
      return `### ${code}\n\n> ${message(PLACEHOLDERS)}\n\n${hintOnPage(hint)}\n`;
    });
    return `## ${title}\n\n${meaning}\n\n${entries.join('\n')}`;
  });
  return `# Error codes

Every failure that a person can meet has a code that stays the same. Commands print it on stderr with what happened and
what to do (with \`--json\` as \`{"error":{"code","message","hint"}}\`); Temporal shows it as the failure's type; an
error file of a feed has it in the column \`code\`. Made by \`scripts/write-errors-reference.ts\`.

${sections.join('\n')}`;
}

/** A hint that depends on the situation is a list of its cases. */
function hintOnPage(hint: ErrorEntry['hint']): string {
  if (typeof hint === 'string' || typeof hint === 'function') return hintText(hint);
  const cases = hint.cases.map((one) => `- When ${one.when}: ${hintText(one.hint)}`);
  return [...cases, `- Otherwise: ${hintText(hint.otherwise)}`].join('\n');
}

renewPage('docs/reference/errors.md', 'src/domain/error-codes', page);
