/** Where the feeds of a source lie: on the SFTP server of all sources, or on one of its own. */
import { Group, Stack, Text } from '@mantine/core';
import { INCOMING_FOLDER } from '../../../src/domain/drop-folders.ts';
import type { InputOf, ResultOf } from '../../api/operation-types.ts';
import { Act } from '../../parts/act.tsx';
import { Instant } from '../../parts/instant.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';

type Source = ResultOf<'source.list'>[number];

/** Which server a source has, and whether imports can use it. */
export function ServerOfSource({ source: { server, serverUse } }: { readonly source: Source }) {
  if (server === null || serverUse === null) {
    return (
      <Text size="sm" c="dimmed">
        Its feeds lie on the SFTP server of all sources.
      </Text>
    );
  }
  const { username, host, port, folder, hostKey, password, privateKeyFile } = server;
  const secrets = [password, privateKeyFile].filter((place) => place !== null).join(', ');
  return (
    <Stack gap={4} align="flex-start">
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        sftp://{username}@{host}:{port}
        {folder}
      </Text>
      <UseOfServer use={serverUse} />
      <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
        by {secrets} · host key {hostKey}
      </Text>
    </Stack>
  );
}

function UseOfServer({
  use: { state, fault, notUsedSince },
}: {
  readonly use: NonNullable<Source['serverUse']>;
}) {
  if (state === 'USABLE') return <StateBadge tone="good">the last import could use it</StateBadge>;
  if (state === 'NOT_TRIED') return <StateBadge tone="waiting">no import has looked there yet</StateBadge>;
  return (
    <>
      <Group gap="xs">
        <StateBadge tone="bad">cannot be used</StateBadge>
        <Text size="xs" c="dimmed">
          not used since <Instant at={notUsedSince} />
        </Text>
      </Group>
      <Text size="xs" style={{ overflowWrap: 'anywhere' }}>
        {fault?.message}
      </Text>
    </>
  );
}

const FIELDS = [
  'host',
  'port',
  'username',
  'folder',
  'hostKey',
  'password',
  'privateKeyFile',
] as const satisfies readonly (keyof InputOf<'source.connect'>)[];

/** What can be done about the server of a source. */
export function ServerActs({ source: { source, server } }: { readonly source: Source }) {
  return (
    <>
      <Act
        name="source.connect"
        label={server === null ? 'Connect' : 'Connect anew'}
        input={{ source }}
        ask={FIELDS}
        {...(server && { initial: givenOf(server) })}
        whyNot={
          source === INCOMING_FOLDER
            ? 'It is on the server of all sources: a source below it can have its own'
            : undefined
        }
        consequence={`From the next import on the feeds of ${source} are taken from there, and files in ${INCOMING_FOLDER}/${source} on the server of all sources are read no more. The import tries the server: this form does not. Give the place of a password, of a private key, or both.`}
        done={() => `${source} is connected; the next import looks there`}
      />
      {server && (
        <Act
          name="source.disconnect"
          label="Disconnect"
          input={{ source }}
          isDangerous
          consequence={`From the next import on the feeds of ${source} are taken from the server of all sources again, and ${server.host} is asked no more. What was said of how it writes stays.`}
          done={() => `${source} is on the server of all sources again`}
        />
      )}
    </>
  );
}

/** What the form begins with: all of it is sent again, also what stays as it is. */
function givenOf(server: NonNullable<Source['server']>): InputOf<'source.connect'> {
  return Object.fromEntries(Object.entries(server).filter(([, value]) => value !== null));
}
