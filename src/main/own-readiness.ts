/** What a health check of a container asks the process beside it. */
import { once } from 'node:events';
import { get as getByHttp, type IncomingMessage } from 'node:http';
import { get as getByHttps } from 'node:https';
import { text } from 'node:stream/consumers';
import { SERVICE_CHECK_TIMEOUT_MS } from '../domain/limits.ts';

export interface OwnAddress {
  readonly host: string;
  readonly port: number;
  readonly speaksTls: boolean;
}

/** Ends this process with 0 when `/readyz` there says that it is ready, else with 1 and the reason. */
export async function endByReadiness(findAddress: () => OwnAddress): Promise<void> {
  try {
    const { host, port, speaksTls } = findAddress();
    const signal = AbortSignal.timeout(SERVICE_CHECK_TIMEOUT_MS);
    const address = {
      ...{ host: ['0.0.0.0', '::'].includes(host) ? 'localhost' : host, port, path: '/readyz' },
      // A connection that is kept would keep this process, too.
      agent: false,
    };
    const request = speaksTls
      ? // The certificate is for the names that others call it by; nobody else is between this process and that one.
        getByHttps({ ...address, signal, rejectUnauthorized: false })
      : getByHttp({ ...address, signal });
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    const said = await text(answer);
    if (answer.statusCode !== 200) throw new Error(said);
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
