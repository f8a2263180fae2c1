/** Names that a file gets when a person copies it: the copy of a sale is no second sale. */

/** `x - Copy.csv`, `x - Kopie (2).csv`, `Copy of x.csv`, as file managers write them. Postgres understands it, too. */
export const COPY_MARKS =
  ' - (copy|kopie|copie|copia|c[oó]pia|kopia)( \\(\\d+\\))?(?=\\.csv)|(?<=^|__)(copy of|kopie von|copie de|copia de) ';

export function withoutCopyMark(fileName: string): string {
  return fileName.replace(new RegExp(COPY_MARKS, 'gi'), '');
}
