/** The recipes of CONTRIBUTING.md name every file that their examples have touched. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const PROJECT = join(import.meta.dirname, '../..');
const TEXT = readFileSync(join(PROJECT, 'CONTRIBUTING.md'), 'utf8');

/** Something that is in the product and was added by the recipe, with the files of its own. */
const EXAMPLES = [
  {
    recipe: 'Add a job',
    example: /RECENT_CHANGES|uploadRecentChanges/,
    own: ['src/domain/jobs/recent-changes.ts', 'workflows/upload-recent-changes.ts'],
  },
  { recipe: 'Add an operation and its command', example: /\bsetGroup\b/, own: ['src/cli/group.ts'] },
  { recipe: 'Add a feed type', example: /MDM_INV_VARIANCE|inventory-variance/, own: [] },
  {
    recipe: 'Add a setting to a facility group',
    example: /\batMost\b|\bat_most\b|group-at-most/,
    own: ['src/postgres/migrations/0010-group-at-most.ts'],
  },
] as const;

/** The files of the product in which the example stands. */
function findFiles(example: RegExp): readonly string[] {
  return ['src', 'workflows', 'activities', 'bin'].flatMap((folder) =>
    readdirSync(join(PROJECT, folder), { recursive: true, encoding: 'utf8' })
      .map((file) => `${folder}/${file}`)
      .filter((file) => file.endsWith('.ts') && example.test(readFileSync(join(PROJECT, file), 'utf8'))),
  );
}

function readRecipe(title: string): string {
  const [, recipe = ''] = TEXT.split(`### ${title}\n`);
  return recipe.split(/^##/m)[0] ?? '';
}

test.each(EXAMPLES)(
  '"$recipe" names every product file that its example has touched',
  ({ recipe, example, own }) => {
    const steps = readRecipe(recipe);
    const files = findFiles(example).filter((file) => !(own as readonly string[]).includes(file));
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((file) => !steps.includes(`\`${file}\``))).toEqual([]);
  },
);

test('every file and folder that CONTRIBUTING.md names is there', () => {
  const named = [...TEXT.matchAll(/`((?:src|test|scripts|docs|workflows|activities|bin)\/[^`\s]*)`/g)]
    .map(([, path = '']) => path)
    .filter((path) => !/[<*]|NNNN/.test(path));
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((path) => !existsSync(join(PROJECT, path)))).toEqual([]);
});
