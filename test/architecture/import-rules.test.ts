import { resolve } from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { beforeAll, describe, expect, test } from 'vitest';

const PROJECT = resolve(import.meta.dirname, '../..');
const FIXTURES = resolve(import.meta.dirname, 'fixtures/imports');
const CONFIG = resolve(PROJECT, '.dependency-cruiser.mjs');

/** `file → rule`, one for each broken import. */
async function brokenRules(baseDir: string, folders: readonly string[]): Promise<readonly string[]> {
  const options = await extractDepcruiseOptions(CONFIG);
  const { output } = await cruise([...folders], { ...options, baseDir }, undefined, {
    tsConfig: extractTSConfig(resolve(baseDir, 'tsconfig.json')),
  });
  const { summary } = output as ICruiseResult;
  expect(summary.totalCruised).toBeGreaterThan(0);
  return summary.violations.map(({ from, rule }) => `${from} → ${rule.name}`).toSorted();
}

describe('every import rule', () => {
  let broken: readonly string[] = [];
  beforeAll(async () => {
    broken = await brokenRules(FIXTURES, ['src', 'activities', 'workflows', 'scripts']);
  });

  test('catches the fixture that breaks it, and nothing else', () => {
    expect(broken).toEqual([
      'activities/asks-knex.ts → activities-use-adapters',
      'activities/asks-temporal.ts → activities-use-adapters',
      'src/cli/asks-postgres.ts → cli-renders-operations',
      'src/config/asks-knex.ts → config-knows-the-environment',
      'src/config/loads-sftp.ts → config-sees-adapters-as-types',
      'src/csv/asks-postgres.ts → csv-is-an-adapter',
      'src/domain/asks-an-adapter.ts → domain-imports-nothing',
      'src/domain/asks-node.ts → domain-imports-nothing',
      'src/domain/asks-nothing-that-is.ts → import-resolves',
      'src/domain/asks-npm.ts → domain-imports-nothing',
      'src/domain/chick.ts → no-circle',
      'src/domain/egg.ts → no-circle',
      'src/main/asks-dev-package.ts → product-needs-no-dev-package',
      'src/operations/asks-cli.ts → nothing-imports-cli',
      'src/operations/asks-cli.ts → operations-use-adapters',
      'src/operations/asks-knex.ts → operations-use-adapters',
      'src/operations/loads-temporal.ts → operations-load-clients-late',
      'src/postgres/asks-sftp.ts → postgres-is-an-adapter',
      'src/sftp/asks-knex.ts → sftp-is-an-adapter',
      'src/shopify/asks-postgres-for-a-type.ts → shopify-is-an-adapter',
      'src/stand-ins/asks-main.ts → nothing-imports-main',
      'src/stand-ins/asks-scripts.ts → product-needs-no-tests',
      'src/stand-ins/asks-undeclared.ts → package-is-declared',
      'src/temporal/asks-activities.ts → temporal-is-an-adapter',
      'src/temporal/asks-stand-in.ts → stand-ins-stay-outside',
      'src/temporal/asks-stand-in.ts → temporal-is-an-adapter',
      'workflows/asks-node.ts → workflows-sequence',
      'workflows/asks-postgres-for-a-type.ts → workflows-sequence',
      'workflows/runs-an-activity.ts → workflows-see-activities-as-types',
    ]);
  });

  test('has such a fixture', async () => {
    const { ruleSet } = await extractDepcruiseOptions(CONFIG);
    const rules = ruleSet?.forbidden?.map(({ name }) => name) ?? [];
    expect(new Set(broken.map((line) => line.split(' → ')[1]))).toEqual(new Set(rules));
  });
});

test('the project keeps them all', async () => {
  expect(await brokenRules(PROJECT, ['src', 'activities', 'workflows', 'scripts', 'test'])).toEqual([]);
});
