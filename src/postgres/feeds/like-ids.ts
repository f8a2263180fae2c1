import { LOOK_ALIKE_LETTERS } from '../../domain/recognition/look-alikes.ts';

/** In SQL: an id without what may have got into it on its way: without case, blanks and a fraction of zeros, in Latin letters. */
export const unspoiltSql = (text: string) =>
  `lower(regexp_replace(translate(${text}, '${LOOK_ALIKE_LETTERS.foreign}', '${LOOK_ALIKE_LETTERS.latin}'),
    '\\s+|[\\u00AD\\u200B-\\u200F\\u2060-\\u2064\\uFEFF]|\\.0+$', '', 'g'))`;

/** In SQL: two ids that are equal this way may be one: those that are the same unspoilt, but for zeros in front. */
export const likeSql = (text: string) => `ltrim(${unspoiltSql(text)}, '0')`;
