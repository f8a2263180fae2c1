/** The names in the first line of a file whose columns the server does not know, so that a person can say which is which. */
const HEAD_BYTES = 65_536;

export async function readHeader(file: File): Promise<readonly string[]> {
  const [head, { parse }] = await Promise.all([
    file.slice(0, HEAD_BYTES).text(),
    import('csv-parse/browser/esm/sync'),
  ]);
  const [first = ''] = head.split(/\r?\n/, 1);
  const readings = [',', ';', '\t', '|'].map(
    (delimiter) =>
      parse(first, { delimiter, bom: true, relax_quotes: true, relax_column_count: true, trim: true })[0] ??
      [],
  );
  return readings.reduce((most, names) => (names.length > most.length ? names : most), []);
}
