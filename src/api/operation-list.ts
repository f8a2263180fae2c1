/** `/api/operations.json`: the definitions of all operations, from which the console renders its forms. */
import type { CommandShape, OperationFacts } from '../operations/operation.ts';
import { OPERATIONS } from '../operations/operations.ts';
import { routeOf } from './route.ts';

export function operationList(commands: ReadonlyMap<string, CommandShape>): readonly object[] {
  return OPERATIONS.map((operation: OperationFacts) => {
    const { name, role, description } = operation;
    const { method, path, fields, fileField } = routeOf(operation);
    return { name, role, description, method, path, fields, fileField, command: commands.get(name) ?? null };
  });
}
