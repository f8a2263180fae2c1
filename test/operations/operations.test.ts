import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { OPERATIONS } from '../../src/operations/operations.ts';

const FOLDER = join(import.meta.dirname, '../../src/operations');

function isOperation(value: unknown): value is { readonly name: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['name', 'role', 'fields', 'run'].every((key) => key in value)
  );
}

test('every operation that src/operations defines is in its list', async () => {
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  const defined: string[] = [];
  for (const file of files) {
    const module = (await import(join(FOLDER, file))) as Readonly<Record<string, unknown>>;
    defined.push(
      ...Object.values(module)
        .filter(isOperation)
        .map(({ name }) => name),
    );
  }

  const listed = OPERATIONS.map(({ name }): string => name);
  expect(new Set(listed).size).toBe(listed.length);
  expect(defined.filter((name) => !listed.includes(name))).toEqual([]);
  expect(defined.length).toBeGreaterThan(20);
});

test('every operation can be done by a command', () => {
  const done = new Set(COMMANDS.flatMap(({ operations }) => operations.map(({ name }) => name)));
  expect(OPERATIONS.map(({ name }): string => name).filter((name) => !done.has(name))).toEqual([]);
});

test('an operation is called <noun>.<verb>', () => {
  for (const { name } of OPERATIONS) expect(name).toMatch(/^[a-z]+\.[a-z]+$/);
});
