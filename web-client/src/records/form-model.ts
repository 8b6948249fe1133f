/** Turns a record schema into what a form draws: steps, each with its fields and groups in order. */
import type { FieldSchema, Fields, GroupSchema, RecordSchema } from '../core/types';

export interface FieldItem {
  kind: 'field';
  key: string;
  widget: string;
  schema: FieldSchema;
  required: boolean;
}

export interface GroupItem {
  kind: 'group';
  key: string;
  widget: string;
  group: GroupSchema;
  /** The columns of a keyed group; none for a set such as `service/<code>`. */
  columns: FieldItem[];
  /** The plain fields of a group like the cash ledger. */
  fields: FieldItem[];
  required: boolean;
}

export type Item = FieldItem | GroupItem;

export interface Step {
  name: string;
  items: Item[];
}

function field(key: string, schema: FieldSchema, required: boolean): FieldItem {
  return { kind: 'field', key, widget: schema['x-widget'] ?? 'text', schema, required };
}

/** The schema of `line/<any>/qty`, found by its pattern. */
export function columnSchema(schema: RecordSchema, group: string, column: string): FieldSchema | undefined {
  const found = Object.entries(schema.patternProperties ?? {}).find(
    ([pattern, of]) => of['x-group'] === group && pattern.endsWith(`/${column}$`),
  );
  return found?.[1];
}

function group(schema: RecordSchema, key: string, of: GroupSchema): GroupItem {
  const columns = (of.columns ?? []).map((column) => field(column, columnSchema(schema, key, column) ?? {}, false));
  const fields = (of.fields ?? []).map((name) => field(name, schema.properties[name] ?? {}, false));
  return { kind: 'group', key, widget: of['x-widget'] ?? 'line-list', group: of, columns, fields, required: of.required ?? false };
}

const hints = (item: Item): FieldSchema | GroupSchema => (item.kind === 'field' ? item.schema : item.group);

/** Everything asked on a form. What has no widget is filled by the program. */
export function items(schema: RecordSchema): Item[] {
  const required = new Set(schema.required);
  const fields = Object.entries(schema.properties)
    .filter(([, of]) => of['x-widget'] && !of['x-group'])
    .map(([key, of]) => field(key, of, required.has(key)));
  const groups = Object.entries(schema['x-groups'] ?? {})
    .filter(([, of]) => of['x-widget'])
    .map(([key, of]) => group(schema, key, of));
  return [...fields, ...groups].sort((a, b) => (hints(a)['x-order'] ?? 0) - (hints(b)['x-order'] ?? 0));
}

export function steps(schema: RecordSchema): Step[] {
  const all = items(schema);
  const names = schema['x-steps'] ?? ['main'];
  return names
    .map((name) => ({ name, items: all.filter((item) => (hints(item)['x-step'] ?? 'main') === name) }))
    .filter((step) => step.items.length > 0);
}

export const labelKey = (item: Item): string => hints(item)['x-label-key'] ?? item.key;
export const helpKey = (item: Item): string | undefined => hints(item)['x-help-key'];
export const source = (item: Item): string | undefined => hints(item)['x-source'];
export const startsAs = (item: Item): unknown => hints(item)['x-default'];
export const unit = (item: Item): string | undefined => hints(item)['x-unit'];

/**
 * Whether a field makes sense now: "who witnessed" is asked only when a witness signed. What is filled is always shown.
 * `prefix` is the row (`line/<id>/`) when the field is a column.
 */
export function isAsked(schema: RecordSchema, name: string, fields: Fields, group?: string, prefix = ''): boolean {
  const rules = (schema['x-check'] ?? []).filter(
    (check) => check.rule === 'required_if' && check.field === name && check.group === group && check.is && check.when,
  );
  const value = fields[prefix + name] ?? '';
  return rules.length === 0 || value !== '' || rules.some((rule) => rule.is!.includes(fields[prefix + rule.when] ?? null));
}
