/** Fields as the command line writes them: names of options, values as text. */
import type { Field, Fields } from '../domain/input-fields.ts';

/** Fields that have another name on the command line than their own in kebab-case. */
const OPTION_NAMES: Readonly<Record<string, string>> = {
  shopId: 'shop',
  facilityId: 'facility',
  facilityGroupId: 'group',
  facilityName: 'name',
  facilityGroupName: 'name',
  facilityTypeId: 'type',
  facilityGroupTypeId: 'type',
  locationId: 'location',
  floorPerFacility: 'floor',
  collapseLimitPercent: 'collapse-limit',
  surgeLimitPercent: 'surge-limit',
  sellOutLimitPercent: 'sell-out-limit',
  guardWindowHours: 'guard-window',
  unmapLimitPercent: 'unmap-limit',
  expectedReason: 'expect',
  fromDate: 'from',
  fromFile: 'from',
  newSku: 'sku',
  skus: 'sku',
  thruDate: 'thru',
  columns: 'column',
  statuses: 'status',
  reasons: 'reason',
};

/** `--safety-stock` */
export function optionName(field: string): string {
  return `--${OPTION_NAMES[field] ?? field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** `--safety-stock <n>`; an option without a value is true when it is named. */
export function optionSyntax(name: string, field: Field): string {
  const value = valueSyntax(name, field);
  if (value === null) return optionName(name);
  return `${optionName(name)} <${value}${field.kind === 'list' ? '...' : ''}>`;
}

function valueSyntax(name: string, field: Field): string | null {
  const syntax = kindSyntax(name, field);
  return syntax !== null && field.clearedBy !== undefined ? `${syntax}|${field.clearedBy}` : syntax;
}

function kindSyntax(name: string, field: Field): string | null {
  // `<facilityGroupId>` says more than `<id>`.
  if (field.placeholder === 'id' && name.endsWith('Id')) return name;
  if (field.placeholder !== undefined) return field.placeholder;
  switch (field.kind) {
    case 'text':
    case 'list':
      return 'text';
    case 'number':
      return 'n';
    case 'boolean':
      return field.words?.join('|') ?? null;
    case 'choice':
      return field.choices.join('|');
    case 'time':
      return 'time';
    case 'duration':
      return 'duration';
  }
}

/**
 * The JSON value of what was typed. Text that is no value of the field stays text: the check of the input then says
 * what it must be.
 */
export function valueOfText(field: Field, typed: string): unknown {
  if (typed.toLowerCase() === field.clearedBy) return null;
  switch (field.kind) {
    case 'number':
      return /^\d+$/.test(typed) ? Number(typed) : typed;
    case 'boolean': {
      const at = field.words?.findIndex((word) => word.toLowerCase() === typed.toLowerCase()) ?? -1;
      return at < 0 ? typed : at === 0;
    }
    case 'choice':
      return field.typedAs?.[typed.toLowerCase()] ?? typed;
    case 'text':
    case 'list':
    case 'time':
    case 'duration':
      return typed;
  }
}

/** `<sku>`, or `[number]` where it may be left out, or `<facilityIds...>` where several may be given. */
export function argumentSyntax(name: string, { presence, kind }: Field): string {
  const shown = kind === 'list' ? `${name}...` : name;
  return presence === 'required' ? `<${shown}>` : `[${shown}]`;
}

/** A command line in one line: `atp group set <facilityGroupId> [--threshold <n>]`. */
export function synopsisOf(path: string, fields: Fields, argumentNames: readonly string[]): string {
  const parts = Object.entries(fields).map(([name, field]) => {
    if (argumentNames.includes(name)) return null;
    const syntax = optionSyntax(name, field);
    return field.presence === 'required' ? syntax : `[${syntax}]`;
  });
  const given = argumentNames.map((name) => {
    const field = fields[name];
    return field ? argumentSyntax(name, field) : null;
  });
  return ['atp', path, ...given, ...parts].filter((part) => part !== null).join(' ');
}
