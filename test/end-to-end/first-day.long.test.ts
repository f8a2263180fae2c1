import { expect, test } from 'vitest';
import { playFirstDay } from './first-day.ts';

test('ten thousand products, their quantities, settings and mapping take less than a minute of commands', async () => {
  const makingMs = await playFirstDay(10_000);
  console.info(`10,000 products: ${Math.round(makingMs)} ms of commands`);
  expect(makingMs).toBeLessThan(60_000);
});
