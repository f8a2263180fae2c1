/**
 * Which process a pid means. The system reuses pids, so a pid that is read from a file of an earlier run may be somebody
 * else's process now; a pid together with the time at which its process started means one process for ever.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque; two processes that had the same pid one after the other differ in it. */
  readonly startedAt: string;
}

interface TableRow extends ProcessIdentity {
  readonly parentPid: number;
  /** The process has ended; the system keeps its entry until the parent asks for its exit code. */
  readonly isZombie: boolean;
}

/** Null when no such process runs. */
export function identify(pid: number): ProcessIdentity | null {
  const row = rowOf(pid);
  return row && !row.isZombie ? { pid, startedAt: row.startedAt } : null;
}

export function isRunning(process: ProcessIdentity): boolean {
  return identify(process.pid)?.startedAt === process.startedAt;
}

/** Children, their children, and so on, of processes that run now. */
export function descendantsOf(pids: readonly number[]): ProcessIdentity[] {
  const table = processTable();
  const found = new Map<number, TableRow>();
  let parents = new Set(pids);
  while (parents.size > 0) {
    const children = table.filter(
      ({ pid, parentPid, isZombie }) => parents.has(parentPid) && !found.has(pid) && !isZombie,
    );
    for (const child of children) found.set(child.pid, child);
    parents = new Set(children.map(({ pid }) => pid));
  }
  return [...found.values()].map(({ pid, startedAt }) => ({ pid, startedAt }));
}

/** Sends a signal to this process, never to another one that has its pid now. */
export function signalProcess(target: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isRunning(target)) return;
  try {
    process.kill(target.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function rowOf(pid: number): TableRow | null {
  if (process.platform === 'linux') return linuxRow(pid);
  return psRows(['-p', String(pid)])[0] ?? null;
}

function processTable(): TableRow[] {
  if (process.platform !== 'linux') return psRows(['-ax']);
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map((pid) => linuxRow(Number(pid))).filter((row) => row !== null);
}

/** proc(5): `pid (comm) state ppid …`, the start time is field 22. The name may hold spaces and parentheses. */
function linuxRow(pid: number): TableRow | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null;
  }
  const [state, parentPid, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const startedAt = rest[17];
  if (startedAt === undefined) return null;
  return { pid, parentPid: Number(parentPid), startedAt, isZombie: state === 'Z' || state === 'X' };
}

function psRows(selection: readonly string[]): TableRow[] {
  let table: string;
  try {
    table = execFileSync('ps', [...selection, '-o', 'pid=,ppid=,stat=,lstart='], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return []; // `ps -p` fails when there is no such process.
  }
  return table
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.+?)\s*$/.exec(line))
    .filter((match) => match !== null)
    .map(([, pid, parentPid, state = '', startedAt = '']) => ({
      pid: Number(pid),
      parentPid: Number(parentPid),
      startedAt,
      isZombie: state.startsWith('Z'),
    }));
}
