/** The folders of the file drop, below the SFTP root (docs/reference/files.md). */

/** Where feeds come in. */
export const INCOMING_FOLDER = 'incoming';
/** Where a feed is from the moment at which the import takes it until it is filed. */
export const CLAIMED_FOLDER = 'claimed';
/** Where the numbered files of each shop wait for its lane. */
export const OUTGOING_FOLDER = 'outgoing';
/** Where feeds go that are imported, and numbered files that the lane is done with. */
export const ARCHIVE_FOLDER = 'archive';
/** Where feeds go of which something was refused, each with its error file. */
export const ERROR_FOLDER = 'error';

/** In the order in which files pass through them. */
export const DROP_FOLDERS = [
  INCOMING_FOLDER,
  CLAIMED_FOLDER,
  OUTGOING_FOLDER,
  ARCHIVE_FOLDER,
  ERROR_FOLDER,
] as const;
