/** How each operation is typed, as data: the console shows the command beside the button. */
import { DECISION_TARGETS, DECISIONS } from '../domain/lane-decision.ts';
import type { CommandShape } from '../operations/operation.ts';
import { COMMANDS } from './commands.ts';
import { optionName } from './option-text.ts';

/** By the name of the operation. Those of commands that do several operations by their own rules are not there. */
export function commandShapes(): ReadonlyMap<string, CommandShape> {
  const shapes = new Map<string, CommandShape>();
  for (const { path, argumentNames, fields, operations } of COMMANDS) {
    const [operation, ...others] = operations;
    if (!operation || others.length > 0) continue;
    const words = [...path.split(' '), ...argumentNames.map((field) => ({ field }))];
    shapes.set(operation.name, { words, options: optionNames(Object.keys(fields), argumentNames) });
  }
  const lane = (verb: string, target?: string): CommandShape => ({
    words: ['lane', { field: 'shopId' }, verb, ...(target === undefined ? [] : [{ field: target }])],
    options: optionNames(['reason', 'expectedReason', 'revision']),
  });
  for (const decision of DECISIONS)
    shapes.set(`lane.${decision}`, lane(decision, DECISION_TARGETS[decision]));
  for (const verb of ['pause', 'resume']) shapes.set(`lane.${verb}`, lane(verb));
  return shapes;
}

function optionNames(
  fields: readonly string[],
  argumentNames: readonly string[] = [],
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    fields.filter((field) => !argumentNames.includes(field)).map((field) => [field, optionName(field)]),
  );
}
