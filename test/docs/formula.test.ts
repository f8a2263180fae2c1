/**
 * The formula of Online ATP stands in several documents, and in SQL. A term that is added to ATP_TERMS makes each of
 * them fail here, with its name, the term that it lacks, and what to write.
 */
import { describe, expect, test } from 'vitest';
import { ATP_TERMS, formulaInCode, formulaInWords, type AtpTerm } from '../../src/domain/online-atp.ts';
import { ATP_COLUMNS } from '../../src/postgres/online-atp/online-atp.ts';
import { readDocument, readDocuments, type Document } from './documents.ts';

/** A way in which a document may show the terms: in which passage, and by which name of a term. */
interface Display {
  readonly what: string;
  readonly name: 'label' | 'term' | 'title';
  /** The passage that must name every term; the whole match, or its first group. */
  readonly passages: RegExp;
  /** The passage as it must be. When absent, only the names of the terms are compared. */
  readonly right?: (terms: readonly AtpTerm[]) => string;
  /** What a person does to mend the document. */
  readonly fix: (terms: readonly AtpTerm[]) => string;
}

const FORMULA_IN_WORDS: Display = {
  what: 'the formula "Online ATP = …"',
  name: 'label',
  passages: /Online ATP = .*/g,
  right: formulaInWords,
  fix: (terms) => `Write: ${formulaInWords(terms)}`,
};

const FORMULA_IN_CODE: Display = {
  what: 'the formula "onlineAtp = …"',
  name: 'term',
  passages: /onlineAtp = .*/g,
  right: formulaInCode,
  fix: (terms) => `Write: ${formulaInCode(terms)}`,
};

const TABLE_OF_THE_DEMO: Display = {
  what: 'the table of the demo',
  name: 'label',
  passages: /│ SKU +│(.*)│ Online ATP │/g,
  fix: () => 'Copy it from the output of `npm run demo`.',
};

const SUM_OF_EXPLAIN: Display = {
  what: 'the sum of `atp explain`',
  name: 'title',
  passages: /Quantity on hand +−?\d[^]*?= /g,
  fix: () => 'Copy it from the output of `atp explain`.',
};

const DISPLAYS = [FORMULA_IN_WORDS, FORMULA_IN_CODE, TABLE_OF_THE_DEMO, SUM_OF_EXPLAIN];

/** Documents that must show the terms; others are checked where they do. */
const REQUIRED: readonly (readonly [path: string, what: string, display: Display])[] = [
  ['README.md', FORMULA_IN_WORDS.what, FORMULA_IN_WORDS],
  ['README.md', TABLE_OF_THE_DEMO.what, TABLE_OF_THE_DEMO],
  ['ARCHITECTURE.md', FORMULA_IN_CODE.what, FORMULA_IN_CODE],
];

/** Returns a sentence for each passage of the document that does not show the terms as they are. */
function findStale({ path, text }: Document, terms: readonly AtpTerm[]): string[] {
  return DISPLAYS.flatMap((display) =>
    passagesOf(text, display).flatMap((passage) => {
      const missing = terms.filter((term) => !hasName(passage, term[display.name]));
      if (missing.length > 0) {
        const list = missing.map((term) => `"${term[display.name]}"`).join(', ');
        return [`${path}: ${display.what} lacks the term ${list}. ${display.fix(terms)}`];
      }
      const right = display.right?.(terms) ?? passage;
      return passage === right ? [] : [`${path}: ${display.what} is out of date. ${display.fix(terms)}`];
    }),
  );
}

function passagesOf(text: string, { passages }: Display): string[] {
  return [...text.matchAll(passages)].map(([whole, group]) => group ?? whole);
}

function hasName(passage: string, name: string): boolean {
  return spaceWords(passage).includes(spaceWords(name));
}

/** Words with one space around each, so that a name is not found inside a longer word. */
function spaceWords(text: string): string {
  return ` ${text.replace(/\W+/g, ' ').trim()} `;
}

test.for(readDocuments().map((document) => [document.path, document] as const))(
  'wherever %s shows Online ATP, it shows every term of src/domain/online-atp.ts',
  ([, document]) => {
    expect(findStale(document, ATP_TERMS)).toEqual([]);
  },
);

test.for(REQUIRED)('%s has %s', ([path, what, display]) => {
  const { length } = passagesOf(readDocument(path).text, display);
  expect(length, `${path} no longer has ${what}. ${display.fix(ATP_TERMS)}`).toBeGreaterThan(0);
});

test('the columns of Online ATP in SQL are the terms of src/domain/online-atp.ts, in the same order', () => {
  const columns = ATP_TERMS.map(({ term }) => term.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
  const known: readonly string[] = ATP_COLUMNS;
  const missing = columns.filter((column) => !known.includes(column)).join(', ');
  expect(
    known,
    `ATP_COLUMNS in src/postgres/online-atp/online-atp.ts lacks ${missing || 'no term, but its order or number differs'}.`,
  ).toEqual(columns);
});

describe('a term that is new in src/domain/online-atp.ts', () => {
  const NEW: AtpTerm = { term: 'inTransit', sign: '+', label: 'in transit', title: 'In transit' };
  const terms = [...ATP_TERMS, NEW];

  test.for(REQUIRED)('is reported as missing in %s: %s', ([path, what, display]) => {
    const sentence = findStale(readDocument(path), terms).find((text) =>
      text.startsWith(`${path}: ${what} lacks`),
    );
    expect(sentence).toContain(`"${NEW[display.name]}"`);
    expect(sentence).toContain(display.fix(terms));
  });

  test('is reported as missing in a sum of `atp explain` that a document quotes', () => {
    const text = '    Quantity on hand   10\n  − Reserved          1\n    ──────\n  = Online ATP        9\n';
    expect(findStale({ path: 'guide.md', text }, terms)).toEqual([
      expect.stringMatching(/^guide\.md: the sum of `atp explain` lacks the term .*"In transit"/),
    ]);
  });
});

test('a formula with a wrong sign is reported although it names every term', () => {
  const text = formulaInWords().replace('+ floor', '− floor');
  expect(findStale({ path: 'guide.md', text }, ATP_TERMS)).toEqual([
    `guide.md: the formula "Online ATP = …" is out of date. Write: ${formulaInWords()}`,
  ]);
});
