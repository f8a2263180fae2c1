import { test } from 'vitest';
import { playFirstDay } from './first-day.ts';

test('the first day of a retailer, as the tutorial has it', async () => {
  await playFirstDay(300);
});
