/** `atp temporal setup` on a real server, and what a worker does in a namespace that was not set up. */
import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { connectTemporal, type TemporalClient } from '../../src/temporal/connection.ts';
import { listUnusableAttributes, namespaceExists } from '../../src/temporal/namespace-check.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { freshNamespace } from '../setup/fresh-namespace.ts';
import { freshSftpRoot } from '../setup/fresh-sftp-root.ts';
import { atpProcess, atpWith } from './atp.ts';

const ALL = ['ShopId', 'FacilityGroupId', 'JobName', 'LaneState', 'FileSequence', 'Outcome'];

async function connect(address: string, namespace: string): Promise<TemporalClient> {
  const connection = { address };
  const temporal = await connectTemporal({ address, namespace, isConfigured: true, connection });
  onTestFinished(() => temporal.close());
  return temporal;
}

test('atp temporal setup makes the namespace with our search attributes, adds what is missing, and keeps what is there', async () => {
  const { address } = await freshNamespace();
  const { url, database } = await freshDatabase();
  const namespace = `setup-${randomUUID()}`;
  const atp = await atpWith({ DATABASE_URL: url, TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace });
  const setUp = () => atp.json<{ isNew: boolean; added: string[] }>(['temporal', 'setup']);

  expect(await setUp()).toEqual({ address, namespace, isNew: true, added: ALL });
  const temporal = await connect(address, namespace);
  expect(await namespaceExists(temporal)).toBe(true);
  expect(await listUnusableAttributes(temporal)).toEqual([]);
  expect(await setUp()).toMatchObject({ isNew: false, added: [] });

  // As in a namespace that an earlier release has set up.
  await temporal.client.connection.operatorService.removeSearchAttributes({
    namespace,
    searchAttributes: ['Outcome'],
  });
  await expect.poll(() => listUnusableAttributes(temporal)).toMatchObject([{ name: 'Outcome' }]);
  expect(await setUp()).toMatchObject({ isNew: false, added: ['Outcome'] });
  expect(await listUnusableAttributes(temporal)).toEqual([]);

  const acts = await database.query(`SELECT act, outcome FROM audit_log WHERE act = 'temporal.setup'`);
  // The one that changed nothing is not among them.
  expect(acts).toEqual(Array(2).fill({ act: 'temporal.setup', outcome: 'DONE' }));
});

test('a search attribute of another type is left to a person, who learns what to type', async () => {
  const { address, namespace } = await freshNamespace();
  const { url } = await freshDatabase();
  const temporal = await connect(address, namespace);
  const { operatorService } = temporal.client.connection;
  await operatorService.removeSearchAttributes({ namespace, searchAttributes: ['Outcome'] });
  await operatorService.addSearchAttributes({ namespace, searchAttributes: { Outcome: 3 } });
  await expect
    .poll(() => listUnusableAttributes(temporal))
    .toMatchObject([{ name: 'Outcome', isOfOtherType: true }]);
  const atp = await atpWith({ DATABASE_URL: url, TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace });

  const { stderr, exitCode } = await atp.run('temporal', 'setup');

  expect(exitCode).toBe(1);
  expect(stderr).toContain(
    `temporal operator search-attribute remove --address ${address} --namespace ${namespace} --name Outcome --yes`,
  );
});

test('a worker takes no work in a namespace that lacks a search attribute, and says what to type', async () => {
  const { address, namespace } = await freshNamespace();
  const { url } = await freshDatabase();
  const { settings } = await freshSftpRoot();
  const temporal = await connect(address, namespace);
  await temporal.client.connection.operatorService.removeSearchAttributes({
    namespace,
    searchAttributes: ['Outcome'],
  });
  await expect.poll(() => listUnusableAttributes(temporal)).toMatchObject([{ name: 'Outcome' }]);
  const { username, host, port, root, privateKeyFile, hostKey } = settings;
  const atp = await atpProcess({
    DATABASE_URL: url,
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: namespace,
    SFTP_URL: `sftp://${username}@${host}:${port}${root}`,
    SFTP_PRIVATE_KEY_FILE: privateKeyFile ?? '',
    SFTP_HOST_KEY: hostKey,
  });

  const { stderr, exitCode } = await atp.run('worker');

  expect(exitCode).toBe(1);
  expect(stderr).toContain('SEARCH_ATTRIBUTES_MISSING');
  expect(stderr).toContain('it lacks Outcome (Keyword)');
  expect(stderr).toContain(`TEMPORAL_ADDRESS=${address} TEMPORAL_NAMESPACE=${namespace} atp temporal setup`);
});
