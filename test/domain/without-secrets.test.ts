import { expect, test } from 'vitest';
import { withoutSecrets } from '../../src/domain/without-secrets.ts';

test.each([
  [
    'connect postgres://atp:s3cr:et@db.example.com:5432/atp',
    'connect postgres://atp:***@db.example.com:5432/atp',
  ],
  ['GET https://shop/x with shpat_0123abc', 'GET https://shop/x with ***'],
  ['header "Authorization: Bearer abc.def"', 'header "Authorization: Bearer ***"'],
  ['{"password":"hunter2","user":"atp"}', '{"password":"***","user":"atp"}'],
  ['?token=abc&x=1', '?token=***&x=1'],
])('%s is shown without its secret', (text, shown) => {
  expect(withoutSecrets(text)).toBe(shown);
});

test.each([
  "Cannot read properties of undefined (reading 'length')",
  'connect ECONNREFUSED 127.0.0.1:5432',
  'sftp://host/incoming: no such file',
])('%s has no secret and stays as it is', (text) => {
  expect(withoutSecrets(text)).toBe(text);
});
