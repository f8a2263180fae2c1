/** The count that a level is of: the last one, or the one before it when that one is undone. SQL of a row `last` of last_count. */
export const STANDING_IMPORT = 'CASE WHEN last.is_undone THEN last.earlier_import_id ELSE last.import_id END';

/** Its instant; null: there is none, or it is not known. Whoever has undone that one, too, has not said what was before it. */
export const STANDING_INSTANT =
  'CASE WHEN last.is_undone THEN last.earlier_counted_at ELSE last.counted_at END';
