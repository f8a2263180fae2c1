/** Whether an answer is what the description of the API says. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { routeOf } from '../../src/api/route.ts';
import { RESULT_SCHEMAS } from '../../src/api/result-schemas.ts';
import { OPERATIONS } from '../../src/operations/operations.ts';

const ajv = new Ajv2020({ allErrors: true, strict: false, formats: { 'date-time': isInstant } });
ajv.addSchema({ $id: 'api', components: { schemas: RESULT_SCHEMAS.schemas } });

const NAMES = new Map(OPERATIONS.map((operation) => [routeOf(operation).path, operation.name]));
const checks = new Map<string, ValidateFunction>();

function isInstant(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text));
}

/** Fails for an answer that is not as its schema. Says nothing of a path that is no operation's. */
export function requireDescribed(path: string, answer: unknown): void {
  const name = NAMES.get(path.split('?')[0] ?? '');
  if (name === undefined) return;
  const check = checks.get(name) ?? ajv.compile(schemaOf(name));
  checks.set(name, check);
  if (check(answer)) return;
  throw new Error(
    `${name} answers otherwise than described: ${ajv.errorsText(check.errors).slice(0, 2_000)}`,
  );
}

function schemaOf(name: string): object {
  const schema = JSON.stringify(RESULT_SCHEMAS.results[name]);
  return JSON.parse(schema.replaceAll('"#/components/', '"api#/components/')) as object;
}
