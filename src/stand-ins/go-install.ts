/** Builds a program from its source, where Go is installed. This takes minutes, so it is the last way. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onPath } from './on-path.ts';
import type { Way } from './ways.ts';

/** Temporal's CLI takes 3 minutes on two cores that have nothing else to do. */
const BUILD_TIMEOUT_MS = 20 * 60_000;
const run = promisify(execFile);

/** @param version without its `v` */
export function goInstall(packagePath: string, version: string): Way {
  return {
    name: `go install ${packagePath}@v${version}`,
    version,
    async bring(folder, onProgress) {
      const go = onPath('go');
      if (go === undefined) throw new Error('there is no go');
      onProgress(`Building ${packagePath} ${version} with Go; this takes minutes …`);
      const bin = join(folder, 'bin');
      try {
        await run(go, ['install', `${packagePath}@v${version}`], {
          cwd: folder,
          timeout: BUILD_TIMEOUT_MS,
          env: { ...process.env, ...placesIn(folder), GOBIN: bin },
        });
      } catch (cause) {
        const { stderr, message } = cause as { stderr?: string; message: string };
        throw new Error((stderr || message).trim().split('\n').at(-1), { cause });
      }
      return join(bin, packagePath.slice(packagePath.lastIndexOf('/') + 1));
    },
  };
}

/** Go writes below this folder only, and without write protection (-modcacherw), so that all of it can be removed. */
function placesIn(folder: string): NodeJS.ProcessEnv {
  return {
    GOPATH: join(folder, 'go'),
    GOMODCACHE: join(folder, 'go/pkg/mod'),
    GOCACHE: join(folder, 'build'),
    GOFLAGS: `${process.env['GOFLAGS'] ?? ''} -modcacherw`.trim(),
  };
}
