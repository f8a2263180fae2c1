/** Sends a file and tells how much of it has gone. `fetch` does not tell, so this one place asks the browser another way. */

/** Of the body: bytes that have left the browser, and all of them. */
export interface Sent {
  readonly bytes: number;
  readonly total: number;
}

export type OnSent = (sent: Sent) => void;

interface Upload {
  readonly url: string;
  readonly file: Blob;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly onSent: OnSent;
}

/** The answer, as `fetch` would give it. Rejects when there is none: the server is away, or `signal` has ended it. */
export function sendFile({ url, file, headers, signal, onSent }: Upload): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const leave = () => request.abort();
    const fail = () => reject(signal.aborted ? abortError(signal) : new TypeError('No answer has come.'));
    request.open('POST', url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.responseType = 'blob';
    request.upload.onprogress = ({ loaded }) => onSent({ bytes: loaded, total: file.size });
    // Without it, a last part that was not told of would stand still at 99 %.
    request.upload.onload = () => onSent({ bytes: file.size, total: file.size });
    request.onload = () => resolve(answerOf(request));
    request.onerror = fail;
    request.onabort = fail;
    request.onloadend = () => signal.removeEventListener('abort', leave);
    signal.addEventListener('abort', leave);
    if (signal.aborted) fail();
    else request.send(file);
  });
}

function abortError(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new DOMException('It was ended.', 'AbortError');
}

function answerOf(request: XMLHttpRequest): Response {
  const headers = new Headers();
  for (const line of request.getAllResponseHeaders().trim().split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  const body = request.status === 204 ? null : (request.response as Blob);
  return new Response(body, { status: request.status, headers });
}
