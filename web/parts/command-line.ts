/** An act as the command line does it: what "Copy details" gives, for a script or a colleague. */
import type { OperationFacts } from '../api/operation-types.ts';

export function commandLine({ name, command, fields }: OperationFacts, input: object): string {
  const given = new Map<string, unknown>(
    Object.entries(input).filter(([, value]) => value !== undefined && value !== ''),
  );
  if (!command) return `${name} ${JSON.stringify(Object.fromEntries(given))}`;
  const words = command.words.flatMap((word) => {
    if (typeof word === 'string') return [word];
    const value = given.get(word.field);
    given.delete(word.field);
    if (value === undefined) return fields[word.field]?.presence === 'required' ? [`<${word.field}>`] : [];
    return Array.isArray(value) ? value.map((each) => quote(String(each))) : [quote(text(value))];
  });
  const options = [...given].flatMap(([field, value]) =>
    optionOf(command.options[field], fields[field], value),
  );
  return ['atp', ...words, ...options].join(' ');
}

function optionOf(
  option: string | undefined,
  field: OperationFacts['fields'][string] | undefined,
  value: unknown,
): readonly string[] {
  if (option === undefined || field?.isSecret) return [];
  if (value === null) return field?.clearedBy === undefined ? [] : [option, field.clearedBy];
  if (field?.kind === 'boolean' && !field.words) return value === true ? [option] : [];
  if (field?.kind === 'boolean' && field.words) return [option, field.words[value === true ? 0 : 1]];
  return [option, ...(Array.isArray(value) ? value : [value]).map((each) => quote(text(each)))];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** As a shell takes it. */
function quote(value: string): string {
  return /^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}
