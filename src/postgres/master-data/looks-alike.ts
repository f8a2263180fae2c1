import { LOOK_ALIKE_LETTERS } from '../../domain/recognition/look-alikes.ts';

/** Marks without a width. */
const UNSEEN = String.raw`[\u00AD\u180E\u200B-\u200F\u202A-\u202E\u2060-\u2064\u2066-\u2069\uFEFF]`;

/**
 * In SQL: what a person sees of an id. Two that are equal this way are one to them: letters of another alphabet, of another width or
 * put together otherwise, dashes and blanks of other kinds, and marks without a width. Nearly all ids are ASCII, and what they look like.
 */
export const looksSql = (id: string) =>
  `CASE WHEN octet_length(${id}) = length(${id}) THEN ${id}
    ELSE translate(normalize(regexp_replace(${id}, '${UNSEEN}', '', 'g'), NFKC),
      '${LOOK_ALIKE_LETTERS.foreign}', '${LOOK_ALIKE_LETTERS.latin}') END`;
