/** Keyed groups inside a flat record: `line/<id>/qty`, `service/<code>`. */
import type { Fields, Scalar } from '../core/types';

const filled = (value: Scalar | undefined): boolean => value !== null && value !== undefined && value !== false;

/** The keys of a group that hold anything, in the order in which they first stand in the record. */
export function keysOf(fields: Fields, group: string): string[] {
  const keys = new Set<string>();
  for (const [name, value] of Object.entries(fields)) {
    const [head, key] = name.split('/');
    if (head === group && key && filled(value)) keys.add(key);
  }
  return [...keys];
}

/** A key stays listed while one of its columns was touched, though it may be empty yet. */
export function rowsOf(fields: Fields, group: string): string[] {
  const keys = new Set<string>();
  for (const [name, value] of Object.entries(fields)) {
    const [head, key, column] = name.split('/');
    if (head === group && key && column && value !== null) keys.add(key);
  }
  return [...keys];
}

/** Null into each field of one key: how a row is taken away without losing what others wrote in it. */
export function cleared(fields: Fields, group: string, key: string): Fields {
  const names = Object.keys(fields).filter((name) => name === `${group}/${key}` || name.startsWith(`${group}/${key}/`));
  return Object.fromEntries(names.map((name) => [name, null]));
}

/** What differs from the record as it was: the only thing a correction writes. */
export function changed(before: Fields, after: Fields): Fields {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const result: Fields = {};
  for (const name of names) {
    const [was, is] = [before[name] ?? null, after[name] ?? null];
    if (was !== is) result[name] = is;
  }
  return result;
}

/** A new record carries no empty fields. */
export function withoutEmpty(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== ''));
}

/** How often each key of a set was chosen before; what is chosen now counts above all. */
export function usage(rows: { fields: Fields }[], group: string, now: Fields): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { fields } of rows) for (const key of keysOf(fields, group)) counts.set(key, (counts.get(key) ?? 0) + 1);
  for (const key of keysOf(now, group)) counts.set(key, Number.MAX_SAFE_INTEGER);
  return counts;
}
