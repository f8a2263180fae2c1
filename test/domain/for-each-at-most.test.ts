import { expect, test } from 'vitest';
import { forEachAtMost } from '../../activities/for-each-at-most.ts';

/** Work that ends when it is told to. */
function openWork() {
  const begun: number[] = [];
  const ends = new Map<number, PromiseWithResolvers<void>>();
  const work = (item: number): Promise<void> => {
    begun.push(item);
    const end = Promise.withResolvers<void>();
    ends.set(item, end);
    return end.promise;
  };
  /** All that is ready to run has run then. */
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return {
    begun,
    work,
    settle,
    end: (item: number) => (ends.get(item)?.resolve(), settle()),
    fail: (item: number) => (ends.get(item)?.reject(new Error(`${item} failed`)), settle()),
  };
}

test('begins as many as the limit allows, in their order, and the next when one ends', async () => {
  const { begun, work, settle, end } = openWork();
  const all = forEachAtMost([1, 2, 3, 4], 2, work);
  await settle();
  expect(begun).toEqual([1, 2]);
  await end(2);
  expect(begun).toEqual([1, 2, 3]);
  for (const item of [1, 3, 4]) await end(item);
  await expect(all).resolves.toBeUndefined();
});

test('a limit that grows is used by the items that still wait', async () => {
  const { begun, work, settle, end } = openWork();
  let limit = 1;
  const all = forEachAtMost([1, 2, 3, 4], () => limit, work);
  await settle();
  expect(begun).toEqual([1]);
  limit = 3;
  await end(1);
  expect(begun).toEqual([1, 2, 3, 4]);
  for (const item of [2, 3, 4]) await end(item);
  await all;
});

test('after a failure none begins any more, and it is thrown only when those that run have ended', async () => {
  const { begun, work, settle, end, fail } = openWork();
  let hasEnded = false;
  const all = forEachAtMost([1, 2, 3], 2, work).finally(() => {
    hasEnded = true;
  });
  const failure = expect(all).rejects.toThrow('1 failed');
  await settle();
  await fail(1);
  expect(begun).toEqual([1, 2]);
  expect(hasEnded).toBe(false);
  await end(2);
  await failure;
});

test('asks for the next item only when it can begin', async () => {
  const { begun, work, settle, end } = openWork();
  const asked: number[] = [];

  async function* items() {
    for (const item of [1, 2, 3]) {
      asked.push(item);
      yield item;
    }
  }
  const all = forEachAtMost(items(), 2, work);
  await settle();
  expect(begun).toEqual([1, 2]);
  expect(asked).toEqual([1, 2]);
  await end(1);
  expect(asked).toEqual([1, 2, 3]);
  for (const item of [2, 3]) await end(item);
  await all;
});

test('when no next item can be had, that is thrown once those that run have ended', async () => {
  const { begun, work, settle, end } = openWork();
  let hasEnded = false;

  async function* items() {
    yield 1;
    throw new Error('no item');
  }
  const all = forEachAtMost(items(), 2, work).finally(() => {
    hasEnded = true;
  });
  const failure = expect(all).rejects.toThrow('no item');
  await settle();
  expect(begun).toEqual([1]);
  expect(hasEnded).toBe(false);
  await end(1);
  await failure;
});
