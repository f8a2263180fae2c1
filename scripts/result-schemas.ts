/**
 * What the operations answer, as JSON Schema: read by the compiler from the types of their results, so nobody writes it a second
 * time. It is what JSON makes of a result: a date is text, and what is undefined is not there.
 */
import ts from 'typescript';

type Schema = Readonly<Record<string, unknown>>;

const OPERATIONS_FILE = 'src/operations/operations.ts';

/** By the name of the operation. What has a name of its own and is used more than once stands under that name, as OpenAPI has it. */
export interface ResultSchemas {
  readonly schemas: Readonly<Record<string, Schema>>;
  readonly results: Readonly<Record<string, Schema>>;
}

/** @param names of all operations, in their order */
export function readResultSchemas(names: readonly string[]): ResultSchemas {
  const checker = openChecker();
  const results = typesOfResults(checker, names);
  const reader = new SchemaReader(checker);
  // The first pass finds what is used more than once.
  for (const type of results.values()) reader.read(type);
  reader.beginAnew();
  const schemas = Object.fromEntries([...results].map(([name, type]) => [name, reader.read(type)]));
  return { schemas: reader.definitions(), results: schemas };
}

let program: ts.Program | undefined;

function openProgram(): ts.Program {
  const read = ts.readConfigFile('tsconfig.json', (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(read.config, ts.sys, '.');
  return (program ??= ts.createProgram([OPERATIONS_FILE], { ...options, noEmit: true }));
}

function openChecker(): ts.TypeChecker {
  return openProgram().getTypeChecker();
}

function typesOfResults(checker: ts.TypeChecker, names: readonly string[]): ReadonlyMap<string, ts.Type> {
  const file = openProgram().getSourceFile(OPERATIONS_FILE);
  const module = file && checker.getSymbolAtLocation(file);
  const list = module && checker.getExportsOfModule(module).find(({ name }) => name === 'OPERATIONS');
  if (!list) throw new Error(`${OPERATIONS_FILE} exports no OPERATIONS.`);
  const found = new Map<string, ts.Type>();
  // Operations that are made from a list have no name in their type: they are all of one type.
  let ofOthers: ts.Type | undefined;
  for (const operation of checker.getTypeArguments(checker.getTypeOfSymbol(list) as ts.TypeReference)) {
    const name = checker.getTypeOfSymbol(propertyOf(operation, 'name'));
    const [run] = checker.getTypeOfSymbol(propertyOf(operation, 'run')).getCallSignatures();
    const result = run && checker.getAwaitedType(run.getReturnType());
    if (!result) throw new Error('An operation has no result.');
    if (name.isStringLiteral()) found.set(name.value, result);
    else ofOthers = result;
  }
  return new Map(
    names.map((name) => {
      const type = found.get(name) ?? ofOthers;
      if (!type) throw new Error(`The type of ${name} is not found.`);
      return [name, type];
    }),
  );
}

function propertyOf(type: ts.Type, name: string): ts.Symbol {
  const property = type.getProperty(name);
  if (!property) throw new Error(`An operation has no ${name}.`);
  return property;
}

class SchemaReader {
  readonly #checker: ts.TypeChecker;
  readonly #uses = new Map<ts.Type, number>();
  readonly #names = new Map<ts.Type, string>();
  readonly #definitions = new Map<string, Schema>();
  #isSecondPass = false;

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  beginAnew(): void {
    this.#isSecondPass = true;
    this.#definitions.clear();
  }

  definitions(): Readonly<Record<string, Schema>> {
    const names = [...this.#definitions.keys()].toSorted();
    return Object.fromEntries(names.map((name) => [name, this.#definitions.get(name) ?? {}]));
  }

  read(type: ts.Type): Schema {
    const { flags } = type;
    if (flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return {};
    // Without a result the answer is null.
    if (flags & (ts.TypeFlags.Null | ts.TypeFlags.Undefined | ts.TypeFlags.Void)) return { type: 'null' };
    if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value };
    if (flags & ts.TypeFlags.BooleanLiteral) return { const: this.#checker.typeToString(type) === 'true' };
    if (flags & ts.TypeFlags.StringLike) return { type: 'string' };
    if (flags & ts.TypeFlags.NumberLike) return { type: 'number' };
    if (flags & ts.TypeFlags.BooleanLike && !type.isUnion()) return { type: 'boolean' };
    if (type.isUnion()) return this.#readUnion(type);
    if (this.#checker.isArrayType(type) || this.#checker.isTupleType(type))
      return { type: 'array', items: this.#readItems(type) };
    // The element of a list that is always empty.
    if (flags & ts.TypeFlags.Never) return { not: {} };
    if (!(flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)))
      throw new Error(`${this.#checker.typeToString(type)} has no schema.`);
    if (type.getSymbol()?.name === 'Date') return { type: 'string', format: 'date-time' };
    return this.#readNamed(type);
  }

  #readItems(type: ts.Type): Schema {
    const items = this.#checker.getIndexTypeOfType(type, ts.IndexKind.Number);
    return items ? this.read(items) : {};
  }

  #readUnion(type: ts.UnionType): Schema {
    const parts = type.types.filter(({ flags }) => !(flags & ts.TypeFlags.Undefined));
    const isBoolean = parts.filter(({ flags }) => flags & ts.TypeFlags.BooleanLiteral).length === 2;
    const schemas = parts
      .filter(({ flags }) => !(isBoolean && flags & ts.TypeFlags.BooleanLiteral))
      .map((part) => this.read(part));
    if (isBoolean) schemas.push({ type: 'boolean' });
    const values = schemas.flatMap((schema) => ('const' in schema ? [schema['const']] : []));
    const others = new Map(
      schemas
        .filter((schema) => !('const' in schema))
        .map((schema): [string, Schema] => [JSON.stringify(schema), schema]),
    );
    const all = [
      ...(values.length === 1 ? [{ const: values[0] }] : []),
      ...(values.length > 1 ? [{ enum: values.toSorted() }] : []),
      // The compiler's own order may be another one tomorrow.
      ...[...others].toSorted(byText).map(([, schema]) => schema),
    ];
    return all.length === 1 ? (all[0] ?? {}) : { anyOf: all };
  }

  /** An interface, or an object type with a name; recursive ones come back to themselves by it. */
  #readNamed(type: ts.Type): Schema {
    const name = this.#nameOf(type);
    if (name === null) return this.#readObject(type);
    const uses = this.#uses.get(type) ?? 0;
    if (!this.#isSecondPass) {
      this.#uses.set(type, uses + 1);
      return uses > 0 ? {} : this.#readObject(type);
    }
    if (uses < 2) return this.#readObject(type);
    if (!this.#definitions.has(name)) {
      this.#definitions.set(name, {});
      this.#definitions.set(name, this.#readObject(type));
    }
    return { $ref: `#/components/schemas/${name}` };
  }

  #nameOf(type: ts.Type): string | null {
    const known = this.#names.get(type);
    if (known !== undefined) return known;
    const isGeneric =
      (type.aliasTypeArguments ?? []).length > 0 ||
      this.#checker.getTypeArguments(type as ts.TypeReference).length > 0;
    const symbol = type.aliasSymbol ?? (type.isClassOrInterface() ? type.getSymbol() : undefined);
    if (!symbol || isGeneric || symbol.name === '__type') return null;
    const taken = new Set(this.#names.values());
    let name = symbol.name;
    for (let number = 2; taken.has(name); number += 1) name = `${symbol.name}${number}`;
    this.#names.set(type, name);
    return name;
  }

  #readObject(type: ts.Type): Schema {
    const properties: Record<string, Schema> = {};
    const required: string[] = [];
    for (const property of this.#checker.getPropertiesOfType(type)) {
      const of = this.#checker.getTypeOfSymbol(property);
      if (of.getCallSignatures().length > 0) continue;
      properties[property.name] = this.read(of);
      const mayLack = of.isUnion() && of.types.some(({ flags }) => flags & ts.TypeFlags.Undefined);
      if (!(property.flags & ts.SymbolFlags.Optional) && !mayLack) required.push(property.name);
    }
    const others = this.#checker.getIndexTypeOfType(type, ts.IndexKind.String);
    return {
      type: 'object',
      ...(Object.keys(properties).length > 0 && { properties }),
      ...(required.length > 0 && { required }),
      ...(others && { additionalProperties: this.read(others) }),
    };
  }
}

function byText([one]: readonly [string, Schema], [other]: readonly [string, Schema]): number {
  return one < other ? -1 : 1;
}
