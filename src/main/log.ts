import { pino, type Logger } from 'pino';

/** One JSON line an event, on stderr: stdout belongs to results. Secrets never come here; see src/domain/errors.ts. */
export function openLog(): Logger {
  return pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2));
}
