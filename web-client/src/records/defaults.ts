/** What a form starts with, as `schemas/README.md` tells it. */
import type { Fields, RecordRow, RecordSchema, Scalar } from '../core/types';
import type { Choice } from './catalogue';
import { newestFirst } from './caseload';
import { type Item, items, startsAs } from './form-model';
import { keysOf } from './groups';

/** The world a form is opened in. */
export interface Setting {
  me: string;
  now: Date;
  type: string;
  case: string | null;
  settlement: string | null;
  rows: RecordRow[];
  services: Choice[];
}

const NORM_WHEN_UNKNOWN = 30;

const two = (n: number): string => String(n).padStart(2, '0');
export const civilDate = (at: Date): string => `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
export const localTime = (at: Date): string => `${two(at.getHours())}:${two(at.getMinutes())}`;

/** A time of day so many minutes earlier; it never falls into the day before. */
export function earlier(time: string, minutes: number): string {
  const [hours = 0, rest = 0] = time.split(':').map(Number);
  const at = Math.max(0, hours * 60 + rest - minutes);
  return `${two(Math.floor(at / 60))}:${two(at % 60)}`;
}

function lastOwn(setting: Setting, sameCase: boolean): RecordRow | undefined {
  return setting.rows
    .filter((row) => row.type === setting.type && row.author === setting.me && !row.voided)
    .filter((row) => !sameCase || row.case === setting.case)
    .sort(newestFirst)[0];
}

function value(item: Item, setting: Setting): Scalar | undefined {
  const start = startsAs(item);
  switch (start) {
    case 'me': return setting.me;
    case 'today': return civilDate(setting.now);
    case 'case:place': return setting.settlement;
    case 'last:place': return lastOwn(setting, false)?.fields.place ?? null;
    case 'now':
    case 'norm-before-end': return undefined; // until the moment of saving; see `settle`
    default: return start as Scalar | undefined;
  }
}

function groupStart(item: Extract<Item, { kind: 'group' }>, setting: Setting): Fields {
  const start = startsAs(item);
  if (start === 'last:services') {
    const last = lastOwn(setting, true);
    const known = new Set(setting.services.map((one) => one.value));
    const codes = last ? keysOf(last.fields, item.key).filter((code) => known.has(code)) : [];
    return Object.fromEntries(codes.map((code) => [`${item.key}/${code}`, true]));
  }
  if (start !== 'me') return {};
  if (item.columns.length === 0) return { [`${item.key}/${setting.me}`]: true };
  return newRow(item, setting.me, setting);
}

/** The fields of a new row of a keyed group. */
export function newRow(item: Extract<Item, { kind: 'group' }>, key: string, setting: Setting): Fields {
  const fields: Fields = {};
  for (const column of item.columns) {
    const start = value(column, setting);
    if (start !== undefined) fields[`${item.key}/${key}/${column.key}`] = start;
  }
  return fields;
}

export function startingFields(schema: RecordSchema, setting: Setting): Fields {
  const fields: Fields = {};
  for (const item of items(schema)) {
    if (item.kind === 'group') Object.assign(fields, groupStart(item, setting));
    else {
      const start = value(item, setting);
      if (start !== undefined && start !== null) fields[item.key] = start;
    }
  }
  return fields;
}

/** Times left alone: `now` is the moment of saving, the start lies the norm of the chosen services before the end. */
export function settle(schema: RecordSchema, fields: Fields, setting: Setting): Fields {
  const settled = { ...fields };
  const all = items(schema);
  const untouched = (start: string): Item[] => all.filter((item) => startsAs(item) === start && settled[item.key] === undefined);
  for (const item of untouched('now')) settled[item.key] = localTime(setting.now);
  for (const item of untouched('norm-before-end')) {
    settled[item.key] = earlier(String(settled.end ?? localTime(setting.now)), norm(settled, setting.services));
  }
  return settled;
}

function norm(fields: Fields, services: Choice[]): number {
  const chosen = new Set(keysOf(fields, 'service'));
  const minutes = services.filter((one) => chosen.has(one.value)).reduce((all, one) => all + (one.minutes ?? 0), 0);
  return minutes || NORM_WHEN_UNKNOWN;
}
