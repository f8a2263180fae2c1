import { readFileSync } from 'node:fs';

/** The kernel counts in hundredths of a second wherever it shows them to programs (proc_pid_stat(5), USER_HZ). */
const TICKS_PER_SECOND = 100;

/** What a process has had of the processors, as it is seen from this machine (/proc); 0 where the system does not tell, or it has ended. */
export function cpuSecondsOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Behind the name, which may have blanks and brackets: utime and stime are the 12th and 13th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return 0;
  }
}
