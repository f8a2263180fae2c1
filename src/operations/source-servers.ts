/** SFTP servers of sources: one that sends to another server than all others do. */
import { INCOMING_FOLDER } from '../domain/drop-folders.ts';
import { reference } from '../domain/hidden-fields.ts';
import { byDefault, invalid, label, optional, pattern, wholeNumber } from '../domain/input-fields.ts';
import { SOURCE_SERVERS_MAX } from '../domain/limits.ts';
import type { SourceServer } from '../domain/source-server.ts';
import { findServer, setServer } from '../postgres/feeds/source-servers.ts';
import { listSources } from '../postgres/feeds/sources.ts';
import { defineOperation, type Context, type NameOf } from './operation.ts';
import { source } from './source-fields.ts';

const SFTP_PORT = 22;
const PORT_MAX = 65_535;

const FIELDS = {
  source,
  host: pattern('its SFTP server', {
    pattern: '^[A-Za-z0-9][A-Za-z0-9.:-]{0,252}$',
    wanted: 'the name or the address of a host',
    placeholder: 'host',
  }),
  port: byDefault(wholeNumber('the port of that server', 1, PORT_MAX), SFTP_PORT),
  username: label('the user that it lets in', 'name'),
  folder: pattern('where its feeds lie on that server; claimed/, archive/ and error/ are made below it', {
    pattern: '^/[^\\p{Cc}]*$',
    wanted: 'an absolute path',
    placeholder: 'folder',
  }),
  hostKey: pattern('the fingerprint of its host key: `ssh-keyscan <host> | ssh-keygen -lf -` prints it', {
    pattern: '^SHA256:[A-Za-z0-9+/]{43}=?$',
    wanted: 'SHA256:… as ssh-keygen -l prints it',
    placeholder: 'SHA256:…',
  }),
  password: optional(reference('where the password is read from')),
  privateKeyFile: optional(
    pattern('a file with a private key, on each machine with a worker', {
      pattern: '^/[^\\p{Cc}]+$',
      wanted: 'an absolute path',
      placeholder: 'file',
    }),
  ),
};

/** @throws AtpError INPUT_INVALID */
function check(
  given: {
    readonly source: string;
    readonly password?: string | undefined;
    readonly privateKeyFile?: string | undefined;
  },
  nameOf: NameOf,
): void {
  if (given.source === INCOMING_FOLDER)
    throw invalid(`${INCOMING_FOLDER} is on the server of all sources: name a folder below it`);
  if (given.password === undefined && given.privateKeyFile === undefined)
    throw invalid(`${nameOf('password')} or ${nameOf('privateKeyFile')} must be given`);
}

async function serverState(
  { app }: Context,
  input: { readonly source: string },
): Promise<SourceServer | null> {
  return findServer(await app.database(), input.source);
}

export const connectSource = defineOperation({
  name: 'source.connect',
  // Whoever says where a password is read from, and where it is sent to, could have any secret of a worker sent to a server of his own.
  role: 'admin',
  description: 'take the feeds of a source from an SFTP server of its own, from the next import on',
  fields: FIELDS,
  check,
  stateOf: serverState,
  run: async ({ app }, { source: name, password = null, privateKeyFile = null, ...server }) => {
    const database = await app.database();
    const others = (await listSources(database)).filter(
      (each) => each.server !== null && each.source !== name,
    );
    if (others.length >= SOURCE_SERVERS_MAX)
      throw invalid(`at most ${SOURCE_SERVERS_MAX} sources have an SFTP server of their own`);
    return setServer(database, name, { ...server, password, privateKeyFile });
  },
});

export const disconnectSource = defineOperation({
  name: 'source.disconnect',
  role: 'admin',
  description: 'take the feeds of a source from the SFTP server of all sources again',
  fields: { source },
  stateOf: serverState,
  run: async ({ app }, { source: name }) => setServer(await app.database(), name, null),
});
