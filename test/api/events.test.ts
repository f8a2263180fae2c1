/** Server-sent events: what changes is told, once, to whoever may look. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { EVENT_PACE } from '../../src/api/events.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { freshNamespace } from '../setup/fresh-namespace.ts';
import { until } from '../setup/until.ts';
import { Retailer, SHOP } from '../postgres/retailer.ts';
import { openApi, refusalOf, signIn, type ApiUnderTest } from './api-under-test.ts';

let api: ApiUnderTest;
let environment: Readonly<Record<string, string>>;

beforeAll(async () => {
  const { address, namespace } = await freshNamespace();
  environment = { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace };
  api = await openApi(environment, { eventPace: { ...EVENT_PACE, lookIntervalMs: 20, clientsMax: 2 } });
  await Retailer.open(api.database, ['SOCKS']);
});

interface SentEvent {
  readonly event: string;
  readonly id: string;
  readonly data: { readonly value?: unknown; readonly error?: { readonly code: string } };
}

interface Listener {
  readonly status: number;
  readonly events: SentEvent[];
  /** Everything that came, as it came. */
  readonly text: () => string;
  readonly ended: Promise<unknown>;
  readonly stop: () => void;
}

const listeners: Listener[] = [];

afterEach(async () => {
  for (const listener of listeners.splice(0)) {
    listener.stop();
    await listener.ended;
  }
});

async function listen(
  to: ApiUnderTest = api,
  lastEventId?: string,
  credential: Readonly<Record<string, string>> = { authorization: `Bearer ${to.tokens.viewer}` },
): Promise<Listener> {
  const controller = new AbortController();
  const response = await fetch(`${to.url}/api/events`, {
    headers: {
      ...credential,
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    },
    signal: controller.signal,
  });
  let text = '';
  const events: SentEvent[] = [];
  const read = async () => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      events.splice(0, events.length, ...eventsIn(text));
    }
  };
  const listener = {
    ...{ status: response.status, events, text: () => text, stop: () => controller.abort() },
    ended: read().catch(() => undefined),
  };
  listeners.push(listener);
  return listener;
}

function eventsIn(text: string): SentEvent[] {
  return text.split('\n\n').flatMap((block) => {
    const [, event, id, data] = /^event: (.*)\nid: (.*)\ndata: (.*)$/.exec(block) ?? [];
    if (event === undefined || id === undefined || data === undefined) return [];
    return [{ event, id, data: JSON.parse(data) as SentEvent['data'] }];
  });
}

/** Waits for one event of each topic, and returns the id of the last one. */
async function idOfAll({ events }: Listener): Promise<string> {
  return until(() => {
    expect(new Set(events.map(({ event }) => event))).toEqual(new Set(['lanes', 'runs']));
    return events.at(-1)?.id ?? '';
  });
}

describe('a listener', () => {
  test('is told how it is now', async () => {
    const listener = await listen();
    await idOfAll(listener);

    const lanes = listener.events.find(({ event }) => event === 'lanes');
    const { json } = await api.ask('/api/lane/list');
    expect((lanes?.data.value as { shopId: string }[]).map(({ shopId }) => shopId)).toEqual(
      (json as { shopId: string }[]).map(({ shopId }) => shopId),
    );
    expect(listener.events.find(({ event }) => event === 'runs')?.data).toEqual({
      value: { jobs: [], more: false },
    });
  });

  test('is told of a change by whomever it was made', async () => {
    const listener = await listen();
    await idOfAll(listener);

    await api.post('/api/lane/pause', { shopId: SHOP, reason: 'stock-taking' });
    await until(() => {
      const [last] = listener.events.filter(({ event }) => event === 'lanes').slice(-1);
      expect((last?.data.value as { state: string }[])[0]?.state).toBe('paused');
    });
    await api.post('/api/lane/resume', { shopId: SHOP });
  });

  test('is told nothing while nothing changes, although it is looked at again and again', async () => {
    const watched = await openApi(environment, {
      eventPace: { ...EVENT_PACE, lookIntervalMs: 1, heartbeatMs: 50 },
    });
    const retailer = await Retailer.open(watched.database, ['SOCKS']);
    await retailer.produce('hard-sync');
    await retailer.post('SOCKS', 'BROADWAY', 1, 0);
    const listener = await listen(watched);
    await idOfAll(listener);

    await until(() => expect(listener.text().split(': still here').length).toBeGreaterThan(20));
    expect(listener.events.map(({ event }) => event).toSorted()).toEqual(['lanes', 'runs']);
  });

  test('that comes again gets what it has not, and not what it has', async () => {
    const first = await listen();
    const id = await idOfAll(first);
    first.stop();
    await first.ended;
    await api.post('/api/lane/pause', { shopId: SHOP, reason: 'again' });

    const again = await listen(api, id);
    await until(() => expect(again.events.map(({ event }) => event)).toContain('lanes'));
    await api.post('/api/lane/resume', { shopId: SHOP });
    await until(() =>
      expect(again.events.filter(({ event }) => event === 'lanes').length).toBeGreaterThan(1),
    );
    expect(again.events.map(({ event }) => event)).not.toContain('runs');
  });

  test('needs a token like everybody', async () => {
    expect(refusalOf(await api.ask('/api/events', { headers: { authorization: '' } }))).toBe(
      '401 SIGN_IN_NEEDED',
    );
  });

  test('above their number is refused, and one that goes makes room', async () => {
    const [first] = [await listen(), await listen()];
    expect(refusalOf(await api.ask('/api/events'))).toBe('429 TOO_MANY_REQUESTS');

    first.stop();
    await first.ended;
    await until(async () => expect((await listen()).status).toBe(200));
  });
});

test.each([
  ['one caller', { clientsOfCallerMax: 1 }, 200],
  ['one address', { clientsOfAddressMax: 1 }, 429],
])('%s does not take all places of listeners', async (_who, bound, statusOfOther) => {
  const small = await openApi(environment, { eventPace: { ...EVENT_PACE, ...bound } });
  const first = await listen(small);
  const refused = await small.ask('/api/events', {
    headers: { authorization: `Bearer ${small.tokens.viewer}` },
  });
  expect(refusalOf(refused)).toBe('429 TOO_MANY_REQUESTS');
  expect(refused.headers.get('retry-after')).toBe('5');
  const other = await listen(small, undefined, { authorization: `Bearer ${small.tokens.operator}` });
  expect(other.status).toBe(statusOfOther);

  for (const listener of [first, other]) {
    listener.stop();
    await listener.ended;
  }
  await until(async () => expect((await listen(small)).status).toBe(200));
});

describe('the stream ends soon', () => {
  const looking = () => openApi(environment, { eventPace: { ...EVENT_PACE, lookIntervalMs: 20 } });

  test('for a program whose token was revoked, and for no other', async () => {
    const watched = await looking();
    const revoked = await listen(watched);
    const other = await listen(watched, undefined, { authorization: `Bearer ${watched.tokens.operator}` });
    await Promise.all([idOfAll(revoked), idOfAll(other)]);

    await watched.post('/api/token/revoke', { name: 'viewer' });
    await revoked.ended;
    await watched.post('/api/group/create', { facilityGroupId: 'LATER' });
    const stillHere = await Promise.race([other.ended.then(() => false), idOfAll(other).then(() => true)]);
    expect(stillHere).toBe(true);
  });

  test('for a person who has signed out', async () => {
    const watched = await looking();
    const { cookie, csrfToken } = await signIn(watched, 'ann', 'viewer');
    const listener = await listen(watched, undefined, { cookie });
    await idOfAll(listener);

    const headers = { authorization: '', cookie, 'atp-csrf-token': csrfToken };
    await watched.ask('/api/session', { method: 'DELETE', headers });
    await listener.ended;
  });
});

test('whoever asks for the head alone takes no place of a listener', async () => {
  const small = await openApi(environment, { eventPace: { ...EVENT_PACE, clientsMax: 1 } });
  const { status } = await fetch(`${small.url}/api/events`, {
    method: 'HEAD',
    headers: { authorization: `Bearer ${small.tokens.viewer}` },
  });

  expect(status).toBe(404);
  expect((await listen(small)).status).toBe(200);
  expect((await fetch(`${small.url}/livez`, { method: 'HEAD' })).status).toBe(200);
});

test('a fault of ours is an event without its words, which the log has', async () => {
  const broken = await openApi(environment, {}, (app) => ({
    ...app,
    temporal: () => Promise.reject(new Error('lost /srv/inside')),
  }));
  const listener = await listen(broken);
  await idOfAll(listener);

  const runs = listener.events.find(({ event }) => event === 'runs');
  expect(runs?.data.error?.code).toBe('UNEXPECTED');
  expect(listener.text()).not.toContain('/srv/inside');
  expect(broken.log.join('')).toContain('/srv/inside');
});

test('the stream beats while nothing happens, and ends so that access is looked at anew', async () => {
  const quiet = await openApi(environment, {
    eventPace: { ...EVENT_PACE, heartbeatMs: 10, streamMs: 1_000 },
  });
  const listener = await listen(quiet);
  await until(() => expect(listener.text()).toContain(': still here\n\n'));
  await listener.ended;

  expect(listener.text()).toMatch(/^retry: 3000\n\n/);
});

test('what cannot be read is told by its code, and the rest goes on', async () => {
  const withoutTemporal = await openApi({ TEMPORAL_ADDRESS: '127.0.0.1:1' });
  const listener = await listen(withoutTemporal);
  await idOfAll(listener);

  const byTopic = Object.fromEntries(listener.events.map(({ event, data }) => [event, data]));
  expect(byTopic['runs']?.error?.code).toBe('TEMPORAL_UNREACHABLE');
  expect(byTopic['lanes']).toEqual({ value: [] });
});

test('lanes are told while Temporal does not answer', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  cleanUp(() => void silent.close());
  const { port } = silent.address() as AddressInfo;
  const withSilence = await openApi({ TEMPORAL_ADDRESS: `127.0.0.1:${port}` });
  const { events } = await listen(withSilence);

  await until(() => expect(events).not.toEqual([]));
  expect(events.map(({ event }) => event)).toEqual(['lanes']);
});

test('a server that is stopped lets its listeners go', async () => {
  const stopping = await openApi(environment);
  const listener = await listen(stopping);
  await idOfAll(listener);

  await stopping.server.close();
  await listener.ended;
});
