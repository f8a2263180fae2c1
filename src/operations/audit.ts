/** Who did what, when, and what it changed. */
import { byDefault, count, label, optional, time } from '../domain/input-fields.ts';
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
  },
  run: async ({ app }, { act, by, since, limit }) =>
    listActs(await app.database(), { act, actor: by, since, limit }),
});
