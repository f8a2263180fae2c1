/** The console's pages: files that `npm run build` makes. What they show, they ask the API for. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { AtpError } from '../domain/errors.ts';
import { CONSOLE_FILE_KEPT_S } from '../domain/limits.ts';

const NONCE_PLACE = '__STYLE_NONCE__';

/**
 * Every path that is none of the API's is the one page: it knows by itself what is at which.
 *
 * @param folder where the pages are; without them (the product was installed without building them) a page says so
 */
export async function addConsole(server: FastifyInstance, folder: string): Promise<void> {
  const config = { isOpen: true };
  const index = join(folder, 'index.html');
  const page = existsSync(index) ? readFileSync(index, 'utf8') : null;
  await server.register(fastifyStatic, { root: folder, serve: false });
  server.get('/assets/*', { config }, (request, reply) => {
    const { '*': name } = request.params as { readonly '*': string };
    // Their names hold a hash of their content; whoever asks for one that is gone has an older page.
    return reply.sendFile(`assets/${name}`, { maxAge: CONSOLE_FILE_KEPT_S * 1_000, immutable: true });
  });
  // Not for everybody: a stranger does not learn which paths there are.
  server.get('/api/*', (_request, reply) => reply.callNotFound());
  server.get('/*', { config }, (_request, reply) => {
    if (page === null) throw new AtpError('CONSOLE_NOT_BUILT', {});
    return sendPage(reply, page);
  });
}

/** Mantine writes styles into the page, which no policy should allow to anybody else: so each page has a nonce. */
function sendPage(reply: FastifyReply, page: string): FastifyReply {
  const nonce = randomBytes(16).toString('base64url');
  return reply
    .header(
      'content-security-policy',
      [
        "default-src 'none'",
        "script-src 'self'",
        `style-src 'self' 'nonce-${nonce}'`,
        "connect-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
      ].join(';'),
    )
    .type('text/html; charset=utf-8')
    .send(page.replaceAll(NONCE_PLACE, nonce));
}
