import { isatty } from 'node:tty';
import { pino, type DestinationStream, type Level, type Logger } from 'pino';
import pretty from 'pino-pretty';
import type { LogLevel } from '../config/config.ts';
import { entryInWords, levelOf, type Diary } from '../domain/diary.ts';
import { showJson } from '../domain/shown-text.ts';
import { withoutSecrets } from '../domain/without-secrets.ts';

const STDERR = 2;

/**
 * One JSON line an event, on stderr, and one line for a person where stderr is a terminal: stdout belongs to results. Secrets never come here; see src/domain/errors.ts. An error
 * among the details has its message and stack: Temporal's SDK logs under `error` why it could not work on a run.
 */
export function openLog(level: LogLevel, destination: DestinationStream = onStderr()): Logger {
  return pino(
    {
      base: null,
      level: level satisfies Level,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: withoutSecretsIn },
      hooks: { streamWrite: showJson },
    },
    destination,
  );
}

function onStderr(): DestinationStream {
  return isatty(STDERR)
    ? pretty({ destination: STDERR, sync: true, ignore: 'pid,hostname' })
    : pino.destination(STDERR);
}

/**
 * Writes each entry of the diary as one line of the log.
 *
 * @param runOf names the run that the entry belongs to
 */
export function writeDiary(log: Logger, runOf: () => { readonly workflowId?: string }): Diary {
  return (entry) => log[levelOf(entry)]({ ...entry, ...runOf() }, entryInWords(entry));
}

function withoutSecretsIn(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { type, message, stack } = pino.stdSerializers.err(error);
  return { type, message: withoutSecrets(message), stack: withoutSecrets(stack) };
}
