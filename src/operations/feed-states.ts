/** Feeds that are to come, and feeds that were refused. */
import { FEED_TYPES, type FeedType } from '../domain/feed-type.ts';
import { choice, clearable, duration, label, optional, text } from '../domain/input-fields.ts';
import { AtpError } from '../domain/errors.ts';
import {
  FEED_EXPECTED_EVERY_MAX_MS,
  FEED_EXPECTED_EVERY_MIN_MS,
  REFUSED_FEEDS_LISTED_MAX,
} from '../domain/limits.ts';
import { expectFeed, listExpectedFeeds } from '../postgres/feeds/expected-feeds.ts';
import { dismissRefusedFeeds, listRefusedFeeds } from '../postgres/feeds/refused-feeds.ts';
import type { Application } from './application.ts';
import { defineOperation } from './operation.ts';

async function readFeedStates(app: Application) {
  const database = await app.database();
  return {
    expected: await listExpectedFeeds(database),
    refused: await listRefusedFeeds(database, REFUSED_FEEDS_LISTED_MAX),
  };
}

export const listFeedStates = defineOperation({
  name: 'feed.list',
  role: 'viewer',
  description: 'feeds that are expected, with the last that came, and feeds that were refused',
  fields: {},
  run: ({ app }) => readFeedStates(app),
});

export const expectFeedType = defineOperation({
  name: 'feed.expect',
  role: 'operator',
  description: 'say how often a feed of a type is to come, so that somebody is told when it does not',
  fields: {
    type: choice('its feed type', FEED_TYPES),
    every: clearable(
      duration('how often; a tenth more is not late', FEED_EXPECTED_EVERY_MIN_MS, FEED_EXPECTED_EVERY_MAX_MS),
      'none',
    ),
  },
  needsOneOf: ['every'],
  run: async ({ app }, { type, every = null }) => {
    await expectFeed(await app.database(), type, every);
    return readFeedStates(app);
  },
});

export const dismissFeed = defineOperation({
  name: 'feed.dismiss',
  role: 'operator',
  description: 'say that refused feeds need nothing more, so that nobody is told of them any more',
  fields: {
    file: optional(label('its name, as `atp feed list` shows it', 'file')),
    type: optional(choice('all of this type, without a name', FEED_TYPES)),
    reason: text('why'),
  },
  needsOneOf: ['file', 'type'],
  run: async ({ app, caller }, { file, type, reason }) => {
    const which = file === undefined ? { type: type as FeedType } : { fileName: file };
    const dismissed = await dismissRefusedFeeds(await app.database(), which, { by: caller.name, reason });
    if (dismissed === 0) throw new AtpError('FEED_NOT_REFUSED', { fileName: file ?? type });
    return { fileName: file ?? null, dismissed };
  },
});

export const FEED_STATE_OPERATIONS = [listFeedStates, expectFeedType, dismissFeed] as const;
