/** Who did what, when, and what it changed. */
import { byDefault, count, label, optional, time, wholeNumber } from '../domain/input-fields.ts';
import { ACTS_SHOWN, ACTS_SHOWN_MAX } from '../domain/limits.ts';
import { listActs } from '../postgres/audit-log.ts';
import { defineOperation } from './operation.ts';

export const showAuditLog = defineOperation({
  name: 'audit.log',
  role: 'viewer',
  description: 'who did what, when, and what it changed; the newest first',
  fields: {
    act: optional(label('only this operation, such as shop.set, or all of one noun, such as shop', 'act')),
    by: optional(label('only what this person did', 'name')),
    since: optional(time('only what was done from this instant on')),
    limit: byDefault(count('acts at most', ACTS_SHOWN_MAX), ACTS_SHOWN),
    after: optional(
      wholeNumber('where to go on: the id of the last act of the page before', 1, Number.MAX_SAFE_INTEGER),
    ),
  },
  run: async ({ app }, { act, by, since, limit, after }) => {
    const { acts, more } = await listActs(await app.database(), { act, actor: by, since, limit, after });
    return { acts, more, next: more ? (acts.at(-1)?.id ?? null) : null };
  },
});
