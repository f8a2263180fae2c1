import { expect, test } from 'vitest';
import { chooseAccess } from '../../src/postgres/online-atp/online-atp.ts';

test.each([
  { what: 'a tenth of the products', candidates: 100, known: 1_000, access: 'few' },
  { what: 'more than a tenth', candidates: 101, known: 1_000, access: 'every' },
  { what: 'all of them', candidates: 1_000, known: 1_000, access: 'every' },
  { what: 'some of nobody knows how many', candidates: 101, known: -1, access: 'few' },
  { what: 'none', candidates: 0, known: 0, access: 'few' },
])('$what are looked up as $access', ({ candidates, known, access }) => {
  expect(chooseAccess(candidates, known)).toBe(access);
});
