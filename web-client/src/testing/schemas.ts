import { readFileSync } from 'node:fs';
import type { RecordRow, RecordSchema, RecordType } from '../core/types';

/** The real schemas, so that a change there is felt here. */
export function schema(type: RecordType): RecordSchema {
  return JSON.parse(readFileSync(`../schemas/records/${type}.schema.json`, 'utf8')) as RecordSchema;
}

let made = 0;

export function row(type: RecordType, over: Partial<RecordRow> = {}): RecordRow {
  const id = String(++made).padStart(32, '0');
  return {
    id, doc: id, kind: 'log', type, case: null, family: null, place: null, month: null, state: 'server', reason: null,
    fields: {}, conflicts: {}, author: null, at_ms: made, digest: '', review: null, voided: false, violations: [], ...over,
  };
}
