/** What others have named or typed does not steer the terminal of whoever reads it. */
import { expect, test } from 'vitest';
import { describeResult } from '../../src/cli/job-text.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { atpWith } from './atp.ts';

/** Red letters, a new title of the window, a C1 control, a mark that turns the text, a separator of lines. */
const HOSTILE = 'a\u001b[31mb\u001b]0;owned\u0007c\u009b2Jd\u202ee\u2028f';
const SHOWN = 'a\\u{1b}[31mb\\u{1b}]0;owned\\u{7}c\\u{9b}2Jd\\u{202e}e\\u{2028}f';
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

const withoutLineFeeds = (text: string) => text.replaceAll('\n', '');

test('a name in the database is shown with its control characters visible, and JSON keeps it as it is', async () => {
  const { database, url } = await freshDatabase();
  const atp = await atpWith({ DATABASE_URL: url });
  // As an older release, or somebody by SQL, may have stored it.
  await database.query(
    `INSERT INTO facility (facility_id, facility_name, facility_type_id) VALUES ('SHOP', $1, 'RETAIL_STORE')`,
    [HOSTILE],
  );

  const { stdout } = await atp.run('facility', 'list');
  expect(stdout).toContain(SHOWN);
  expect(withoutLineFeeds(stdout)).not.toMatch(UNSEEN);

  const json = await atp.run('facility', 'list', '--json');
  expect(withoutLineFeeds(json.stdout)).not.toMatch(UNSEEN);
  expect(JSON.parse(json.stdout)).toMatchObject([{ facilityName: HOSTILE }]);
});

test('a name that turns the text around it is refused where it is given, and the refusal shows it', async () => {
  const atp = await atpWith({});
  const { stderr, exitCode } = await atp.run(
    'facility',
    'add',
    'A',
    '--name',
    'x\u202ey',
    '--type',
    'WAREHOUSE',
  );
  expect(exitCode).toBe(2);
  expect(stderr).toContain('INPUT_INVALID: The input is not valid: --name must be');
  expect(stderr).toContain('not "x\\u{202e}y"');
});

test('a wrong command line is repeated without control characters, and cut', async () => {
  const atp = await atpWith({});
  const { stderr } = await atp.run(`--${HOSTILE}${'y'.repeat(100_000)}`);
  expect(withoutLineFeeds(stderr)).not.toMatch(UNSEEN);
  expect(stderr.length).toBeLessThan(2_000);
});

test('the name of a feed stays within its cell', () => {
  const file = { fileName: `${HOSTILE}\n.csv`, rows: 1, applied: 1, failed: 0 };
  const { text } = describeResult('import', { files: [file] });
  expect(withoutLineFeeds(text)).not.toMatch(UNSEEN);
  expect(text).toContain(SHOWN);
});
