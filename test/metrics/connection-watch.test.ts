/** That a service is lost and back is told once each, however often it was tried meanwhile. */
import { expect, onTestFinished, test, vi } from 'vitest';
import type { DiaryEntry } from '../../src/domain/diary.ts';
import { AtpError } from '../../src/domain/errors.ts';
import { watchConnections } from '../../src/main/connection-watch.ts';

function open() {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const told: string[] = [];
  const first: string[] = [];
  const { note } = watchConnections(
    (entry: DiaryEntry) => {
      if (entry.event === 'CONNECTION_LOST') told.push(`lost ${entry.service} ${entry.shopId ?? ''}`);
      if (entry.event === 'CONNECTION_BACK') told.push(`back after ${entry.lostForSeconds} s`);
    },
    (service) => first.push(service),
  );
  const use = (error?: unknown, begunAt = performance.now()) => note({ service: 'SFTP', begunAt, error });
  return { note, use, told, first };
}

const AWAY = new AtpError('SFTP_UNREACHABLE', { reason: 'it refuses the connection' });

test('an outage with many tries is one loss and one return', () => {
  const { use, told, first } = open();
  use();
  for (let attempt = 0; attempt < 5; attempt += 1) use(AWAY);
  vi.advanceTimersByTime(90_000);
  use();
  use();

  expect(told).toEqual(['lost SFTP ', 'back after 90 s']);
  expect(first).toEqual(['SFTP']);
});

test('a use that began before the loss, and ends well after it, is no return', () => {
  const { use, told } = open();
  const begunAt = performance.now();
  vi.advanceTimersByTime(10);
  use(AWAY);
  use(undefined, begunAt);
  expect(told).toEqual(['lost SFTP ']);

  vi.advanceTimersByTime(1_000);
  use();
  expect(told).toEqual(['lost SFTP ', 'back after 1 s']);
});

test('an error that says nothing about the service is no loss, and no return either', () => {
  const { use, told } = open();
  use(new AtpError('FILE_MISSING', { name: 'a.csv' }));
  expect(told).toEqual([]);
  use(AWAY);
  use(new AtpError('FILE_MISSING', { name: 'a.csv' }));
  expect(told).toEqual(['lost SFTP ']);
});

test('each shop’s Shopify is a connection of its own', () => {
  const { note, told } = open();
  const error = new AtpError('SHOPIFY_UNREACHABLE', { domain: 'acme.myshopify.com', reason: 'HTTP 500' });
  note({ service: 'Shopify', shopId: 'acme', begunAt: 0, error });
  note({ service: 'Shopify', shopId: 'other', begunAt: performance.now(), error: undefined });
  expect(told).toEqual(['lost Shopify acme']);
});
