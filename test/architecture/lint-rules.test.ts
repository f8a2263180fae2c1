import { relative, resolve } from 'node:path';
import { ESLint } from 'eslint';
import { expect, test } from 'vitest';

const PROJECT = resolve(import.meta.dirname, '../..');
const FIXTURES = resolve(import.meta.dirname, 'fixtures/lint');

/** The project's own configuration, applied to the fixtures as if they were the project. */
const eslint = new ESLint({ cwd: FIXTURES, overrideConfigFile: resolve(PROJECT, 'eslint.config.mjs') });

function describeMistakes(results: readonly ESLint.LintResult[]): readonly string[] {
  return results
    .flatMap(({ filePath, messages }) =>
      messages.map(({ ruleId, line, message }) => {
        return `${relative(FIXTURES, filePath)}:${line} → ${ruleId ?? message}`;
      }),
    )
    .toSorted();
}

test('eslint reports each mistake of the fixtures in its line, and nothing else', async () => {
  expect(describeMistakes(await eslint.lintFiles(['.']))).toEqual([
    'src/domain/reads-the-clock.ts:1 → no-restricted-syntax',
    'src/domain/reads-the-clock.ts:2 → no-restricted-syntax',
    'src/domain/uses-random-numbers.ts:1 → no-restricted-syntax',
    'src/postgres/awaits-in-for-each.ts:4 → @typescript-eslint/no-misused-promises',
    'src/postgres/exports-by-default.ts:1 → no-restricted-exports',
    'src/postgres/forgets-a-case.ts:2 → @typescript-eslint/switch-exhaustiveness-check',
    'src/postgres/forgets-to-await.ts:4 → @typescript-eslint/no-floating-promises',
    'src/postgres/imports-a-type-as-value.ts:1 → @typescript-eslint/consistent-type-imports',
    'src/postgres/reads-environment.ts:1 → no-restricted-syntax',
    'src/postgres/returns-a-promise-within-a-try.ts:5 → @typescript-eslint/return-await',
    'src/postgres/takes-any.ts:1 → @typescript-eslint/no-explicit-any',
    'workflows/calls-fetch.ts:1 → no-restricted-globals',
    'workflows/imports-node.ts:1 → no-restricted-imports',
    'workflows/sets-a-timer.ts:1 → no-restricted-globals',
    'workflows/uses-a-weak-reference.ts:1 → no-restricted-globals',
    'workflows/uses-node.ts:1 → no-restricted-globals',
    'workflows/uses-node.ts:1 → no-restricted-globals',
    'workflows/uses-node.ts:1 → no-restricted-globals',
  ]);
});

test('eslint accepts a file of 400 lines, and reports one of 401', async () => {
  const filePath = resolve(FIXTURES, 'src/postgres/clean.ts');
  const lines = (count: number) => 'export {};\n' + '// more\n'.repeat(count - 1);
  expect(describeMistakes(await eslint.lintText(lines(400), { filePath }))).toEqual([]);
  expect(describeMistakes(await eslint.lintText(lines(401), { filePath }))).toEqual([
    'src/postgres/clean.ts:401 → max-lines',
  ]);
});
