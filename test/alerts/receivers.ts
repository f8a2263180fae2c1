/** Real receivers of alerts: an HTTP server and an SMTP server, which keep what they get. */
import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import type { AlertMessage } from '../../src/domain/alert-message.ts';
import { cleanUp } from '../setup/clean-up.ts';

export interface Post {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly message: AlertMessage & { readonly subject: string; readonly text: string };
}

export interface Receiver {
  readonly url: string;
  /** What it has accepted. */
  readonly posts: Post[];
  /** The status of its answers: 204 accepts. */
  status: number;
  /** Requests, accepted or not. */
  requests: number;
}

export async function openReceiver(): Promise<Receiver> {
  const receiver = { url: '', posts: [] as Post[], status: 204, requests: 0 };
  const server = createServer((request, response) => {
    receiver.requests += 1;
    void text(request).then((body) => {
      if (receiver.status === 204) {
        receiver.posts.push({ headers: request.headers, body, message: JSON.parse(body) as Post['message'] });
      }
      response.writeHead(receiver.status, { location: 'http://127.0.0.1:1/elsewhere' }).end();
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  cleanUp(() => {
    server.closeAllConnections();
    server.close();
  });
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/alerts/path-token`;
  return receiver;
}

/** As docs/guides/alerts.md tells a receiver to do it. */
export function isSignedBy(secret: string, { headers, body }: Post): boolean {
  const signature = createHmac('sha256', secret)
    .update(`${String(headers['atp-timestamp'])}.${body}`)
    .digest('hex');
  return headers['atp-signature'] === `v1=${signature}`;
}

export interface MailServer {
  readonly port: number;
  /** Whole mails, with their headers. */
  readonly mails: string[];
  readonly recipients: string[];
}

/** An SMTP server that wants the user `alerts` with this password. */
export async function openMailServer(password: string): Promise<MailServer> {
  const mails: string[] = [];
  const recipients: string[] = [];
  const server = new SMTPServer({
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    onAuth: ({ username, password: given }, _session, done) => {
      if (username === 'alerts' && given === password) done(null, { user: username });
      else done(new Error(`Wrong password ${given ?? ''}`));
    },
    onData: (stream, session, done) => {
      recipients.push(...session.envelope.rcptTo.map(({ address }) => address));
      void text(stream).then((mail) => {
        // Long lines are folded on the way.
        mails.push(mail.replaceAll('=\r\n', ''));
        done();
      });
    },
  });
  server.on('error', () => undefined);
  const listening = server.listen(0, '127.0.0.1');
  await new Promise<void>((ready) => listening.once('listening', ready));
  cleanUp(() => new Promise<void>((closed) => server.close(closed)));
  return { port: (listening.address() as AddressInfo).port, mails, recipients };
}
