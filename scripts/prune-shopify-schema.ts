/**
 * Writes the pruned schema that the Shopify twin executes, from Shopify's own introspection of one API version.
 *
 *     node scripts/prune-shopify-schema.ts           writes src/stand-ins/shopify-twin/schema.graphql
 *     node scripts/prune-shopify-schema.ts --check   exits 1 when the committed file differs
 *
 * The full schema has about 3,500 types (11 MB) and takes 200 ms to build; what our documents and the twin's
 * look-ups select is a few dozen types. A kept field keeps all of its arguments, and an enum or input type is kept
 * whole, so that a request is refused here for the same reason as there. Descriptions are left out.
 * A new API version: change API_VERSION, run this, and read the difference.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import {
  buildClientSchema,
  buildSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  lexicographicSortSchema,
  parse,
  printSchema,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type {
  DocumentNode,
  GraphQLSchema,
  IntrospectionInputTypeRef,
  IntrospectionOutputTypeRef,
  IntrospectionQuery,
  IntrospectionType,
} from 'graphql';

const API_VERSION = '2026-10';
/** The package of Shopify's MCP server has the introspection of each supported version (ISC licence). */
const SOURCE = {
  package: '@shopify/dev-mcp',
  version: '1.16.0',
  file: `dist/data/admin_${API_VERSION}.json.gz`,
} as const;
const DOCUMENTS = new URL('../src/shopify/documents/', import.meta.url);
/** Selects fields that our own documents do not select. */
const LOOK_UPS = new URL('../src/stand-ins/shopify-twin/look-ups.graphql', import.meta.url);
const PRUNED = new URL('../src/stand-ins/shopify-twin/schema.graphql', import.meta.url);

function readIntrospection(): IntrospectionQuery {
  const folder = mkdtempSync(join(tmpdir(), 'shopify-schema-'));
  try {
    const target = `${SOURCE.package}@${SOURCE.version}`;
    const tarball = execFileSync('npm', ['pack', target, '--silent', '--ignore-scripts'], {
      cwd: folder,
      encoding: 'utf8',
    }).trim();
    execFileSync('tar', ['-xzf', tarball, `package/${SOURCE.file}`], { cwd: folder });
    const text = gunzipSync(readFileSync(join(folder, 'package', SOURCE.file))).toString('utf8');
    const withoutDescriptions = (key: string, value: unknown): unknown =>
      key === 'description' && typeof value === 'string' ? null : value;
    return (JSON.parse(text, withoutDescriptions) as { data: IntrospectionQuery }).data;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readDocuments(): readonly DocumentNode[] {
  const names = readdirSync(DOCUMENTS).filter((name) => name.endsWith('.graphql'));
  const files = [...names.sort().map((name) => new URL(name, DOCUMENTS)), LOOK_UPS];
  return files.map((file) => parse(readFileSync(file, 'utf8')));
}

interface Selected {
  /** Type name → names of the fields that a document selects on it. */
  readonly fields: ReadonlyMap<string, ReadonlySet<string>>;
  readonly directives: ReadonlySet<string>;
  /** Types that a fragment's condition or a variable names. */
  readonly typeNames: ReadonlySet<string>;
}

/** Everything that the documents select; an interface's field is selected on each kept object that implements it. */
function selectedBy(documents: readonly DocumentNode[], schema: GraphQLSchema): Selected {
  const fields = new Map<string, Set<string>>();
  const directives = new Set<string>();
  const typeNames = new Set<string>();
  const typeInfo = new TypeInfo(schema);
  const visitor = visitWithTypeInfo(typeInfo, {
    Field() {
      const parent = typeInfo.getParentType();
      const field = typeInfo.getFieldDef();
      if (parent && field && !field.name.startsWith('__')) {
        fields.set(parent.name, (fields.get(parent.name) ?? new Set()).add(field.name));
        typeNames.add(parent.name).add(getNamedType(field.type).name);
      }
    },
    Directive: (node) => void directives.add(node.name.value),
    NamedType: (node) => void typeNames.add(node.name.value),
  });
  for (const document of documents) visit(document, visitor);

  for (const name of typeNames) {
    const type = schema.getType(name);
    if (!isObjectType(type)) continue;
    for (const parent of type.getInterfaces()) {
      if (!typeNames.has(parent.name)) continue;
      const inherited = fields.get(parent.name) ?? [];
      fields.set(name, new Set([...(fields.get(name) ?? []), ...inherited]));
    }
  }
  return { fields, directives, typeNames };
}

type TypeRef = IntrospectionInputTypeRef | IntrospectionOutputTypeRef;

function namedTypeOf(ref: TypeRef): string {
  return ref.kind === 'NON_NULL' || ref.kind === 'LIST' ? namedTypeOf(ref.ofType) : ref.name;
}

function prune(full: IntrospectionQuery, documents: readonly DocumentNode[]): IntrospectionQuery {
  const schema = buildClientSchema(full, { assumeValid: true });
  const selected = selectedBy(documents, schema);
  const source = new Map(full.__schema.types.map((type) => [type.name, type]));
  const directives = full.__schema.directives.filter(({ name }) => selected.directives.has(name));
  const kept = new Map<string, IntrospectionType>();

  const keep = (name: string): void => {
    const type = source.get(name);
    if (!type || kept.has(name)) return;
    const fields = selected.fields.get(name) ?? new Set();
    if (type.kind === 'OBJECT' || type.kind === 'INTERFACE') {
      const reached = type.fields.filter((field) => fields.has(field.name));
      kept.set(name, {
        ...type,
        fields: reached,
        interfaces: type.interfaces.filter((parent) => selected.typeNames.has(parent.name)),
      });
      for (const field of reached) {
        keep(namedTypeOf(field.type));
        for (const argument of field.args) keep(namedTypeOf(argument.type));
      }
    } else {
      kept.set(name, type);
      if (type.kind === 'INPUT_OBJECT') for (const field of type.inputFields) keep(namedTypeOf(field.type));
    }
  };
  for (const name of selected.typeNames) keep(name);
  for (const directive of directives) for (const argument of directive.args) keep(namedTypeOf(argument.type));

  for (const type of kept.values()) {
    const real = schema.getType(type.name);
    if ((isObjectType(real) || isInterfaceType(real)) && 'fields' in type && type.fields.length === 0) {
      throw new Error(
        `${type.name} would be left without a field: select one of its fields in look-ups.graphql.`,
      );
    }
  }
  return {
    __schema: {
      queryType: full.__schema.queryType,
      mutationType: full.__schema.mutationType ?? null,
      subscriptionType: null,
      types: [...kept.values()],
      directives,
    },
  };
}

function render(): string {
  const documents = readDocuments();
  const schema = buildClientSchema(prune(readIntrospection(), documents));
  const body = printSchema(lexicographicSortSchema(schema));
  const header = [
    `# Shopify Admin GraphQL API ${API_VERSION}, pruned to what src/shopify/documents and the twin's look-ups select.`,
    `# Made by scripts/prune-shopify-schema.ts from ${SOURCE.package} ${SOURCE.version} (ISC licence); do not edit.`,
  ];
  const sdl = [...header, '', body, ''].join('\n');
  const again = buildSchema(sdl);
  for (const document of documents) {
    const [error] = validate(again, document);
    if (error) throw new Error(`The pruned schema refuses a document that it was made for: ${error.message}`);
  }
  return sdl;
}

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const sdl = render();
if (!values.check) {
  writeFileSync(PRUNED, sdl);
} else if (readFileSync(PRUNED, 'utf8') !== sdl) {
  console.error('schema.graphql differs from what it is made of: run node scripts/prune-shopify-schema.ts');
  process.exitCode = 1;
}
