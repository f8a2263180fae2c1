/** Every relative link of a document leads to a file of the project, and to a heading where it names one. */
import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PROJECT, readDocument, readDocuments, type Document } from './documents.ts';

/** `[text](target)`, and `[name]: target` on a line of its own. */
const LINKS = /\[[^\]]*\]\(([^)\s]+)\)|^\[[^\]]+\]: (\S+)$/gm;
/** `https:`, `mailto:` and their like lead out of the project. */
const SCHEME = /^[a-z][a-z+.-]*:/i;

/** Returns a sentence for each link that leads nowhere. */
function findBrokenLinks({ path: from, text }: Document): string[] {
  return linksOf(text).flatMap((target) => {
    const [path = '', anchor] = target.split('#');
    const file = path === '' ? from : normalize(join(dirname(from), decodeURI(path)));
    if (path !== '' && (file.startsWith('..') || !existsSync(join(PROJECT, file)))) {
      return [`${from} links to ${target}, but there is no ${file}.`];
    }
    if (anchor === undefined) return [];
    const headings = anchorsOf(path === '' ? text : readDocument(file).text);
    return headings.includes(anchor)
      ? []
      : [`${from} links to ${target}, but no heading of ${file} has the anchor #${anchor}.`];
  });
}

function linksOf(text: string): string[] {
  return [...removeCode(text).matchAll(LINKS)]
    .map(([, inline, reference]) => inline ?? reference ?? '')
    .filter((target) => !SCHEME.test(target));
}

/** The anchors of the headings as GitHub makes them: a repeated one gets a number. */
function anchorsOf(text: string): string[] {
  const seen = new Map<string, number>();
  return [...removeCodeBlocks(text).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => {
    const anchor = heading
      .trim()
      .toLowerCase()
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-');
    const times = seen.get(anchor) ?? 0;
    seen.set(anchor, times + 1);
    return times === 0 ? anchor : `${anchor}-${times}`;
  });
}

/** Markdown shows code as it is: code makes no link and no heading. */
function removeCode(text: string): string {
  return removeCodeBlocks(text).replace(/`[^`]*`/g, '');
}

function removeCodeBlocks(text: string): string {
  return text.replace(/^```[^]*?^```/gm, '').replace(/^(?: {4}|\t).*$/gm, '');
}

test.for(readDocuments().map((document) => [document.path, document] as const))(
  'every relative link of %s leads to a file or a heading that exists',
  ([, document]) => {
    expect(findBrokenLinks(document)).toEqual([]);
  },
);

describe('a link is reported', () => {
  const broken: readonly (readonly [when: string, text: string, reason: string])[] = [
    ['when there is no such file', '[here](docs/no-such.md)', 'there is no docs/no-such.md'],
    ['when the file has no such heading', '[here](README.md#no-such)', 'no heading of README.md'],
    ['when its own document has no such heading', '# Title\n[here](#titles)', 'no heading of made-up.md'],
    ['when it leads out of the project', '[here](../secret.md)', 'there is no ../secret.md'],
    ['when it is a reference', 'See [it].\n\n[it]: docs/no-such.md', 'there is no docs/no-such.md'],
  ];

  test.for(broken)('%s', ([, text, reason]) => {
    expect(findBrokenLinks({ path: 'made-up.md', text })).toEqual([expect.stringContaining(reason)]);
  });
});

test('a link is not reported when it leads to a folder, a heading, a repeated heading, out to the web, or stands in code', () => {
  const text = [
    '# A `b` heading, twice',
    '# A `b` heading, twice',
    '[folder](docs/decisions) [heading](#a-b-heading-twice) [again](#a-b-heading-twice-1)',
    '[web](https://example.com/none) `[code](none.md)`',
    '    [block](none.md)',
  ].join('\n\n');
  expect(findBrokenLinks({ path: 'README.md', text })).toEqual([]);
});
