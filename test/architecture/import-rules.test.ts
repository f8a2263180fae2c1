import { resolve } from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { beforeAll, describe, expect, test } from 'vitest';

const PROJECT = resolve(import.meta.dirname, '../..');
const FIXTURES = resolve(import.meta.dirname, 'fixtures/imports');
const CONFIG = resolve(PROJECT, '.dependency-cruiser.mjs');

/** `file → rule`, one for each broken import. */
async function findBrokenRules(baseDir: string, folders: readonly string[]): Promise<readonly string[]> {
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
    broken = await findBrokenRules(FIXTURES, ['src', 'web', 'activities', 'workflows', 'scripts']);
  });

  test('reports the fixture that breaks it, and no other file', () => {
    expect(broken).toEqual([
      'activities/imports-knex.ts → activities-use-adapters',
      'activities/imports-temporal.ts → activities-use-adapters',
      'src/alerting/imports-knex.ts → alerting-is-an-adapter',
      'src/api/imports-postgres.ts → api-renders-operations',
      'src/cli/imports-postgres.ts → cli-renders-operations',
      'src/config/imports-knex.ts → config-knows-the-environment',
      'src/config/imports-sftp-as-a-value.ts → config-sees-adapters-as-types',
      'src/csv/imports-postgres.ts → csv-is-an-adapter',
      'src/domain/chick.ts → no-circle',
      'src/domain/egg.ts → no-circle',
      'src/domain/imports-a-missing-file.ts → import-resolves',
      'src/domain/imports-an-adapter.ts → domain-imports-nothing',
      'src/domain/imports-node.ts → domain-imports-nothing',
      'src/domain/imports-npm.ts → domain-imports-nothing',
      'src/main/imports-a-dev-package.ts → product-needs-no-dev-package',
      'src/metrics/imports-postgres.ts → metrics-is-an-adapter',
      'src/oidc/imports-knex.ts → oidc-is-an-adapter',
      'src/operations/imports-cli.ts → nothing-imports-a-door',
      'src/operations/imports-cli.ts → operations-use-adapters',
      'src/operations/imports-knex.ts → operations-use-adapters',
      'src/operations/imports-temporal-at-once.ts → operations-load-clients-late',
      'src/postgres/imports-sftp.ts → postgres-is-an-adapter',
      'src/secrets/imports-knex.ts → secrets-are-read',
      'src/sftp/imports-knex.ts → sftp-is-an-adapter',
      'src/shopify/imports-a-type-of-postgres.ts → shopify-is-an-adapter',
      'src/stand-ins/imports-an-undeclared-package.ts → package-is-declared',
      'src/stand-ins/imports-main.ts → nothing-imports-main',
      'src/stand-ins/imports-scripts.ts → product-needs-no-tests',
      'src/temporal/imports-a-stand-in.ts → stand-ins-stay-outside',
      'src/temporal/imports-a-stand-in.ts → temporal-is-an-adapter',
      'src/temporal/imports-activities.ts → temporal-is-an-adapter',
      'web/imports-an-operation-as-a-value.ts → console-sees-operations-as-types',
      'web/imports-postgres.ts → console-asks-the-api',
      'workflows/imports-a-type-of-postgres.ts → workflows-sequence',
      'workflows/imports-an-activity-as-a-value.ts → workflows-see-activities-as-types',
      'workflows/imports-node.ts → workflows-sequence',
    ]);
  });

  test('has a fixture that breaks it', async () => {
    const { ruleSet } = await extractDepcruiseOptions(CONFIG);
    const rules = ruleSet?.forbidden?.map(({ name }) => name) ?? [];
    expect(new Set(broken.map((line) => line.split(' → ')[1]))).toEqual(new Set(rules));
  });
});

test('the project breaks none of its import rules', async () => {
  expect(await findBrokenRules(PROJECT, ['src', 'activities', 'workflows', 'scripts', 'test'])).toEqual([]);
});
