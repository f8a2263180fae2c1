/** docs/reference/config.md and .env.example against the variables that src/config reads. */
import { readFileSync } from 'node:fs';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { expect, test } from 'vitest';
import { VARIABLES } from '../../src/config/config.ts';
import { ACCESS_SCOPES_NEEDED } from '../../src/domain/access-scopes.ts';

const REFERENCE = textOf('docs/reference/config.md');

function textOf(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

/** What a list has too little or too much, in words; empty when it is right. */
function stale(listed: readonly string[], read: readonly string[]): string[] {
  return [
    ...read.filter((name) => !listed.includes(name)).map((name) => `${name} is read, but not listed`),
    ...listed.filter((name) => !read.includes(name)).map((name) => `${name} is listed, but not read`),
    ...listed
      .filter((name, index) => listed.indexOf(name) !== index)
      .map((name) => `${name} is listed twice`),
  ];
}

/** Read before any module of ours is loaded, so not by src/config. */
const READ_BY_BIN = namesIn(textOf('bin/atp.mjs'), /process\.env\.([A-Z_]+)/g);

/** Each name once. */
function namesIn(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, name = '']) => name))];
}

test('docs/reference/config.md lists exactly the variables that are read', () => {
  const firstColumns = REFERENCE.split('\n').flatMap((line) => /^\| (`[^|]*) \|/.exec(line)?.[1] ?? []);
  const listed = firstColumns.flatMap((column) =>
    [...column.matchAll(/`([A-Z_]+)`/g)].map(([, name = '']) => name),
  );

  expect(stale(listed, [...VARIABLES.inDotEnv, ...VARIABLES.inEnvironmentOnly, ...READ_BY_BIN])).toEqual([]);
});

test('.env.example lists exactly the variables that src/config reads from .env', () => {
  const listed = [...textOf('.env.example').matchAll(/^([A-Z_]+)=/gm)].map(([, name = '']) => name);

  expect(stale(listed, VARIABLES.inDotEnv)).toEqual([]);
});

test('Temporal’s own library reads every TEMPORAL_ variable that src/config leaves to it', () => {
  const asked = new Set<string>();
  const environment = new Proxy<Record<string, string>>(
    {},
    {
      get: (_, name) => {
        asked.add(String(name));
        return undefined;
      },
    },
  );
  loadClientConnectConfig({ overrideEnvVars: environment });

  const left = VARIABLES.inDotEnv.filter(
    (name) => name.startsWith('TEMPORAL_') && name !== 'TEMPORAL_UI_URL',
  );
  expect(left.filter((name) => !asked.has(name))).toEqual([]);
});

test('docs/reference/config.md names the scopes that a shop’s app needs', () => {
  const [, sentence = ''] = /needs the scopes ([^.]+)\./.exec(REFERENCE) ?? [];
  expect([...sentence.matchAll(/`(\w+)`/g)].map(([, scope]) => scope)).toEqual([...ACCESS_SCOPES_NEEDED]);
});
