/** An instant as it stands in a file's name: `20261124T101500Z`, in UTC, to the second. */
export function fileTime(instant: Date): string {
  return instant
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:]/g, '');
}
