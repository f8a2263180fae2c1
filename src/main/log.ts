import { pino, type Logger } from 'pino';
import { showJson } from '../domain/shown-text.ts';
import { withoutSecrets } from '../domain/without-secrets.ts';

/**
 * One JSON line an event, on stderr: stdout belongs to results. Secrets never come here; see src/domain/errors.ts. An error
 * among the details has its message and stack: Temporal's SDK logs under `error` why it could not work on a run.
 */
export function openLog(): Logger {
  return pino(
    {
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { error: withoutSecretsIn },
      hooks: { streamWrite: showJson },
    },
    pino.destination(2),
  );
}

function withoutSecretsIn(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { type, message, stack } = pino.stdSerializers.err(error);
  return { type, message: withoutSecrets(message), stack: withoutSecrets(stack) };
}
