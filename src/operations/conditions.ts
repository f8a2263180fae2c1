/** What is wrong now, as the watch sees it, whoever is told. */
import { conditionEntry, isConditionCode, SEVERITIES } from '../domain/conditions.ts';
import { choice, id, optional } from '../domain/input-fields.ts';
import { findLastLook, listOpenConditions, type StoredCondition } from '../postgres/alerts/conditions.ts';
import { defineOperation } from './operation.ts';

export const listConditions = defineOperation({
  name: 'condition.list',
  role: 'viewer',
  description: 'what is wrong now, since when, and what to do',
  fields: {
    shopId: optional(id('only what is wrong with this shop')),
    severity: optional(choice('only conditions of this severity', SEVERITIES)),
  },
  run: async ({ app }, { shopId, severity }) => {
    const database = await app.database();
    const open = (await listOpenConditions(database)).map(toOpenCondition);
    const { lookedAt, isWatched } = await findLastLook(database);
    return {
      /** When a watch has looked last; null: none ever has, so nobody knows what is wrong. */
      lookedAt,
      /** False: that is too long ago, and what was seen then says nothing of now. */
      isWatched,
      conditions: open.filter(
        (condition) =>
          (shopId === undefined || condition.shopId === shopId) &&
          (severity === undefined || condition.severity === severity),
      ),
    };
  },
});

/** A code of an older release is told as it was stored. */
function toOpenCondition({ code, shopId, part, since, beganAt, detail, hint }: StoredCondition) {
  const entry = isConditionCode(code) ? conditionEntry(code) : null;
  return {
    code,
    severity: entry?.severity ?? 'warning',
    title: entry?.title ?? code,
    shopId: shopId === '' ? null : shopId,
    /** Which of several causes; null: there is only one. */
    cause: part === '' ? null : part,
    ...{ since, beganAt, detail, whatToDo: hint },
  };
}
