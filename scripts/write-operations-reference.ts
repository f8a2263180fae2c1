/**
 * Writes docs/reference/operations.md, docs/reference/inputs.schema.json and docs/reference/openapi.json from the
 * definitions of the operations, the jobs and the decisions; and src/api/result-schemas.json from the types of their results.
 *
 *     node scripts/write-operations-reference.ts           writes them
 *     node scripts/write-operations-reference.ts --check   exits 1 when one differs from the definitions
 */
import packageJson from '../package.json' with { type: 'json' };
import { openApiDocument } from '../src/api/openapi.ts';
import { wantedOf, type Field, type Fields } from '../src/domain/input-fields.ts';
import { inputSchema } from '../src/domain/input-schema.ts';
import { JOB_NAMES, JOBS } from '../src/domain/jobs/jobs.ts';
import {
  DECIDE_FIELDS,
  DECIDE_WORKFLOW_TYPE,
  decisionFields,
  DECISIONS,
} from '../src/domain/lane-decision.ts';
import { OPERATIONS } from '../src/operations/operations.ts';
import { renewPage } from './reference-page.ts';
import { readResultSchemas } from './result-schemas.ts';

function operationsPage(): string {
  const sections = OPERATIONS.map(({ name, role, description, fields }) =>
    [`## ${name}`, `${sentence(description)} Role: ${role}.`, ...fieldTable(fields)].join('\n\n'),
  );
  return `# Operations

Everything that a person can do, by name: the audit log has these names, and the [command line](cli.md) renders them. A
viewer may look, an operator may also run and decide, an admin may also change the installation. What is not for viewers
is recorded in the audit log (\`atp audit log\`). As JSON Schema the fields are in
[inputs.schema.json](inputs.schema.json), with those of the workflows; as routes of [the HTTP API](../guides/api.md), in
[openapi.json](openapi.json). Made by \`scripts/write-operations-reference.ts\`.

${sections.join('\n\n')}
`;
}

function sentence(description: string): string {
  const text = description.charAt(0).toUpperCase() + description.slice(1);
  return text.endsWith('.') ? text : `${text}.`;
}

function fieldTable(fields: Fields): readonly string[] {
  const rows = Object.entries(fields).map(
    ([name, field]) =>
      `| \`${name}\` | ${presenceOf(field)} | ${cell(field.about)} | ${cell(wantedOf(field))} |`,
  );
  if (rows.length === 0) return [];
  return [['| field | | meaning | value |', '|---|---|---|---|', ...rows].join('\n')];
}

function presenceOf({ presence, byDefault, clearedBy }: Field): string {
  if (byDefault !== undefined) return `default ${byDefault}`;
  return clearedBy === undefined ? presence : 'optional; null clears it';
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function schemaPage(): string {
  const of = (entries: readonly (readonly [string, Fields])[]) =>
    Object.fromEntries(entries.map(([name, fields]) => [name, inputSchema(fields)]));
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Inputs of atp-sync',
    description: 'Made by scripts/write-operations-reference.ts.',
    $defs: {
      operations: of(OPERATIONS.map(({ name, fields }) => [name, fields])),
      workflows: of([
        ...JOB_NAMES.map((job) => [JOBS[job].workflowType, JOBS[job].fields] as const),
        [DECIDE_WORKFLOW_TYPE, DECIDE_FIELDS],
      ]),
      // What the update `decide` takes.
      decisions: Object.fromEntries(
        DECISIONS.map((kind) => [kind, inputSchema(decisionFields(kind), { decision: kind })]),
      ),
    },
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

const results = readResultSchemas(OPERATIONS.map(({ name }) => name));
renewPage('src/api/result-schemas.json', 'src/operations', () => `${JSON.stringify(results, null, 2)}\n`);
renewPage('docs/reference/operations.md', 'src/operations', operationsPage);
renewPage('docs/reference/inputs.schema.json', 'src/operations', schemaPage);
renewPage(
  'docs/reference/openapi.json',
  'src/operations',
  () => `${JSON.stringify(openApiDocument(packageJson.version, results), null, 2)}\n`,
);
