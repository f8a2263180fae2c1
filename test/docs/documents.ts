/** The documents of the project: every Markdown file that is not a package's or a state folder's. */
import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

export const PROJECT = resolve(import.meta.dirname, '../..');

export interface Document {
  /** From the project's folder, such as `docs/guides/docker.md`. */
  readonly path: string;
  readonly text: string;
}

export function readDocuments(): readonly Document[] {
  return globSync('**/*.md', { cwd: PROJECT, exclude: ['node_modules', '.git', '.atp'] })
    .toSorted()
    .map(readDocument);
}

export function readDocument(path: string): Document {
  return { path, text: readFileSync(resolve(PROJECT, path), 'utf8') };
}
