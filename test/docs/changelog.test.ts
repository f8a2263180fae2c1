/** CHANGELOG.md says how a release is made; this is the part of it that is easily forgotten. */
import { expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { readDocument } from './documents.ts';

const SECTION = /^## (\d+\.\d+\.\d+) — \d{4}-\d{2}-\d{2}$/gm;

const versions = [...readDocument('CHANGELOG.md').text.matchAll(SECTION)].map(([, version]) => version);

test('the version in package.json has a dated section in CHANGELOG.md', () => {
  const { version } = packageJson;
  expect(
    versions,
    `CHANGELOG.md has no section "## ${version} — <date>" for the version in package.json. ` +
      'Give "## Unreleased" that heading, and start an empty "## Unreleased" above it.',
  ).toContain(version);
});

test('the newest section of CHANGELOG.md is the version in package.json', () => {
  expect(
    versions[0],
    `The first dated section of CHANGELOG.md is ${versions[0]}, but package.json says ${packageJson.version}.`,
  ).toBe(packageJson.version);
});
