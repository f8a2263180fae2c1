import { counted } from '../domain/words.ts';
import { runDoctor } from '../operations/doctor/doctor.ts';
import type { ResultOf } from '../operations/operation.ts';
import { command } from './command.ts';
import { ExitCode, withShortTimes } from './report.ts';

type Check = ResultOf<typeof runDoctor>['checks'][number];

export const DOCTOR_COMMANDS = [
  command({
    path: 'doctor',
    operation: runDoctor,
    show: ({ checks }) => {
      const failed = checks.filter(({ ok }) => !ok).length;
      const verdict = failed === 0 ? 'All is well.' : `${counted(failed, 'check')} failed.`;
      return {
        text: [...checks.map(checkText), verdict].join('\n'),
        exitCode: failed === 0 ? ExitCode.OK : ExitCode.FAILED,
      };
    },
  }),
];

function checkText({ name, ok, detail, hint }: Check): string {
  return `${ok ? '✔' : '✘'} ${name}: ${withShortTimes(detail)}${hint === null ? '' : `\n    ${hint}`}`;
}
