/** A record in a few words: what lists and the time line print. */
import { money, number, shortDay } from '../i18n/format';
import { t, tryT } from '../i18n/index.svelte';
import { world } from '../core/world.svelte';
import type { FieldSchema, RecordRow, RecordSchema, Scalar } from '../core/types';
import { columnSchema } from './form-model';
import { keysOf, rowsOf } from './groups';

export function optionLabel(field: string, value: string): string {
  return tryT(`option-${field.split('/').pop()}-${value}`) ?? value;
}

function schemaOf(schema: RecordSchema | undefined, field: string): FieldSchema | undefined {
  const plain = schema?.properties[field];
  if (plain) return plain;
  const [group, , column] = field.split('/');
  if (!schema || !group) return undefined;
  return column ? columnSchema(schema, group, column) : schema['x-groups']?.[group] as FieldSchema | undefined;
}

/** Any value as a person reads it: a name for an id, words for a code, a sum for minor units. */
export function valueLabel(schema: RecordSchema | undefined, field: string, value: Scalar | undefined): string {
  if (value === null || value === undefined || value === '') return t('value-none');
  if (typeof value === 'boolean') return t(value ? 'yes' : 'no');
  const of = schemaOf(schema, field);
  if (typeof value === 'number') return field.endsWith('_minor') ? money(value) : number(value);
  if (of?.enum) return optionLabel(field, value);
  if (of?.['x-source'] === 'people' || of?.['x-source'] === 'recipients') return world.personName(value) || t('somebody');
  if (of?.['x-source']) return world.nameOf(of['x-source'], value) ?? value;
  if (of?.format === 'date') return shortDay(value);
  return value;
}

/** The label of a field, with the name of its row when it is one of several: "Уборка: минуты". */
export function fieldLabel(schema: RecordSchema | undefined, field: string): string {
  const of = schemaOf(schema, field);
  const label = of?.['x-label-key'] ? t(of['x-label-key']) : field;
  const [group = '', key, column] = field.split('/');
  const rows = schema?.['x-groups']?.[group];
  if (!rows || !key) return label;
  const name = rows['x-source'] && rows.key !== 'id' ? world.nameOf(rows['x-source'], key) : undefined;
  return name ? (column ? `${name}: ${label}` : name) : label;
}

const names = (row: RecordRow, group: string, source: string): string[] =>
  keysOf(row.fields, group).map((key) => world.nameOf(source, key) ?? key);

function lines(row: RecordRow): string[] {
  return rowsOf(row.fields, 'line').map((key) => {
    const [name, kind] = [row.fields[`line/${key}/name`], row.fields[`line/${key}/kind`]];
    return String(name ?? (kind && world.nameOf('lines', kind)) ?? t('value-none'));
  });
}

export function typeLabel(row: RecordRow): string {
  return t(`type-${row.type}`);
}

/** One line that tells records of the same kind apart. */
export function summary(row: RecordRow): string {
  const { fields } = row;
  switch (row.type) {
    case 'visit': return names(row, 'service', 'services').join(', ') || String(fields.notes ?? '');
    case 'delivery': return lines(row).join(', ');
    case 'task': return String(fields.what ?? world.nameOf('chores', fields.kind) ?? fields.kind ?? '');
    case 'activity': return String(fields.topic ?? '');
    case 'case': return t('type-case');
    case 'person': return String(fields.name ?? '');
  }
}

export function whenLabel(row: RecordRow): string {
  const date = String(row.fields.date ?? row.fields.due ?? '');
  const time = [row.fields.start, row.fields.end].filter(Boolean).join('–');
  return [date && shortDay(date), time].filter(Boolean).join(', ');
}
