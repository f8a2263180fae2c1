import type { ServerResponse } from 'node:http';

const PART = Buffer.alloc(1024 ** 2, ' ');

/** Answers for as long as the connection is there. Returns how many bytes were written once it is cut. */
export async function answerWithoutEnd(response: ServerResponse): Promise<number> {
  const cut = Promise.withResolvers<number>();
  let written = 0;
  const write = () => {
    while (!response.destroyed) {
      written += PART.length;
      if (!response.write(PART)) return;
    }
  };
  response.on('drain', write).on('close', () => cut.resolve(written));
  write();
  return cut.promise;
}
