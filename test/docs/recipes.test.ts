/**
 * The recipes of CONTRIBUTING.md against the product: each has an example that was added by it, and names the files in
 * which the example stands.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { PROJECT, readDocument } from './documents.ts';

const { text: CONTRIBUTING } = readDocument('CONTRIBUTING.md');

/** What is held to the recipes. Tests and guides may speak of an example wherever they like. */
const SEARCHED = ['{src,workflows,activities,bin}/**/*.{ts,mjs}', 'docs/reference/*'];

interface Recipe {
  readonly title: string;
  /** The words by which the example is found. */
  readonly example: RegExp;
  /** What the example has in place of each `<…>` of the recipe. */
  readonly names: Readonly<Record<string, string>>;
}

const RECIPES: readonly Recipe[] = [
  {
    title: 'Add a job',
    example: /\b(VERIFY|VerifyResult|verifyShop|compareShop|createVerifyActivities)\b|'verify'/,
    names: { '<job>': 'verify', '<activity>': 'verify-shop', '<workflow>': 'verify-shop' },
  },
  {
    title: 'Add an operation and its command',
    example: /\b(setGroup|setFacilityGroup|group\.set)\b/,
    names: {
      '<folder>': 'master-data',
      '<table>': 'facility-groups',
      '<area>': 'facility-groups',
      '<noun>': 'group',
    },
  },
  {
    title: 'Add a feed type',
    example: /\b(MDM_INV_VARIANCE|VarianceRow|applyInventoryVariance)\b/,
    names: { '<type>': 'inventory-variance' },
  },
  {
    title: 'Add a setting to a facility group',
    example: /\b(atMost|at_most|group-at-most)\b/,
    names: { NNNN: '0010', '<name>': 'group-at-most' },
  },
];

/** The files in which the example stands. */
function findFiles({ example }: Recipe): readonly string[] {
  return globSync(SEARCHED, { cwd: PROJECT }).filter((file) =>
    example.test(readFileSync(join(PROJECT, file), 'utf8')),
  );
}

/** Paths of the project that stand in code in the text, with the example's names for `NNNN` and `<…>`. */
function pathsIn(text: string, names: Recipe['names'] = {}): readonly string[] {
  const code = [...text.matchAll(/`([^`]+)`|^ {4}(.*)$/gm)].map(([, span, line]) => span ?? line ?? '');
  return code
    .flatMap((typed) => typed.split(/\s+/))
    .filter((word) => /^[\w.-]+\/[\w./<>-]*$/.test(word) || /^[\w-]+\.(ts|md|json)$/.test(word))
    .map((path) => path.replace(/NNNN|<[^>]+>/g, (name) => names[name] ?? name));
}

function textOf({ title }: Recipe): string {
  const [, text = ''] = CONTRIBUTING.split(`\n### ${title}\n`);
  return text.split(/^##/m)[0] ?? '';
}

/** The steps that are taken every time. */
function stepsOf(recipe: Recipe): readonly string[] {
  return [...textOf(recipe).matchAll(/^\d+\. .*(\n {3}.*)*/gm)].map(([step]) => step);
}

describe.each(RECIPES)('the recipe "$title"', (recipe) => {
  const files = findFiles(recipe);
  const missingIn = (text: string) => {
    const named = pathsIn(text, recipe.names);
    return files.filter((file) => !named.includes(file));
  };

  test('names every file of the product and of the reference in which its example stands', () => {
    expect(files.length).toBeGreaterThan(3);
    expect(missingIn(textOf(recipe))).toEqual([]);
  });

  test('has no step that its example did not take', () => {
    const steps = pathsIn(stepsOf(recipe).join('\n'), recipe.names);
    expect(steps.length).toBeGreaterThan(2);
    expect(steps.filter((file) => !files.includes(file))).toEqual([]);
  });

  test('is reported with the file when it forgets any of its steps', () => {
    for (const step of stepsOf(recipe)) {
      expect(missingIn(textOf(recipe).replace(step, ''))).toEqual(pathsIn(step, recipe.names));
    }
  });
});

test('every file and folder that CONTRIBUTING.md names is there', () => {
  const paths = pathsIn(CONTRIBUTING);
  expect(paths.length).toBeGreaterThan(50);
  expect(paths.filter((path) => !exists(path))).toEqual([]);
});

/** `NNNN` stands for a number, `<…>` for a name, and a name without a folder for a file anywhere. */
function exists(path: string): boolean {
  const pattern = path.replace('NNNN', '[0-9][0-9][0-9][0-9]').replace(/<[^>]+>/g, '*');
  const anywhere = path.includes('/') ? pattern : `**/${pattern}`;
  return globSync(anywhere, { cwd: PROJECT, exclude: ['node_modules', '.git'] }).length > 0;
}

test('every npm script that CONTRIBUTING.md names is there', () => {
  const named = [...CONTRIBUTING.matchAll(/\bnpm run ([\w:]+)/g)].map(([, name = '']) => name);
  expect(named.length).toBeGreaterThan(3);
  expect(named.filter((name) => !Object.hasOwn(packageJson.scripts, name))).toEqual([]);
});
