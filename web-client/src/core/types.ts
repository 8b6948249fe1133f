/** What the WASM core and the pages say to each other. The rules behind these shapes live in `sync-core`. */

export type Scalar = null | boolean | number | string;
export type Fields = Record<string, Scalar>;

export type RecordType = 'person' | 'case' | 'visit' | 'delivery' | 'task' | 'activity';
export type RecordState = 'phone' | 'sending' | 'server' | 'approved' | 'returned' | 'edited' | 'set_aside';

export interface ConflictValue {
  value: Scalar;
  author: string | null;
  change: string;
}

export interface Violation {
  field: string;
  code: string;
  params?: Record<string, string | number>;
}

export interface Review {
  state: string;
  comment: string | null;
  by: string | null;
  at_ms: number | null;
}

/** One record as lists and pages read it. */
export interface RecordRow {
  id: string;
  doc: string;
  kind: 'log' | 'task' | 'case' | 'person' | 'activity';
  type: RecordType;
  case: string | null;
  family: string | null;
  place: string | null;
  month: string | null;
  state: RecordState;
  reason: string | null;
  /** Which changes of it were set aside. */
  aside?: string[];
  /** No longer this person's: it goes from the phone once what waits here is answered for. */
  leaving?: boolean;
  /** Not all of it is here: it cannot be changed yet. */
  bare?: boolean;
  fields: Fields;
  conflicts: Record<string, ConflictValue[]>;
  /** Who made it and when; null when its first change is not on this phone. */
  author: string | null;
  at_ms: number | null;
  digest: string;
  review: Review | null;
  voided: boolean;
  violations: Violation[];
}

export interface Status {
  waiting: number;
  last_sync_ms: number | null;
  syncing: boolean;
  offset_ms: number;
  /** Documents still to come, and those here: together what the server said there is. */
  due: number;
  held: number;
  set_aside: number;
  signed_in: boolean;
  revoked: boolean;
}

/** Something to tell the person, by the key of its text. */
export interface Notice {
  code: string;
  record?: string;
  doc?: string;
  reason?: string;
  count?: number;
  /** How many records the lists held, when a store was lost. */
  records?: number;
}

export interface Identity {
  device: string;
  person: string;
  org: string;
  name: string;
  login: string;
  duties: string[];
}

export interface CachePut {
  key: string;
  bytes?: Uint8Array;
  rows?: RecordRow[];
  /** An office value, as JSON. */
  value?: string;
}

export type Effect =
  | { do: 'append'; bytes: Uint8Array }
  | { do: 'compact'; bytes: Uint8Array }
  | { do: 'cache'; puts: CachePut[]; drops: string[]; cursor?: Uint8Array }
  | { do: 'send'; method: string; path: string; token: string; bytes: Uint8Array }
  | { do: 'saved'; record: string; doc: string }
  | { do: 'public_key'; public_key: string }
  | { do: 'status'; status: Status }
  | { do: 'notice'; notice: Notice }
  /** What was asked for cannot be done; nothing was changed. */
  | { do: 'refused'; code: string }
  /** Come back with a `continue` event once everything before this is done. */
  | { do: 'continue' };

/** A record made, corrected (only the changed fields) or voided. */
export interface WriteEvent {
  event: 'write';
  now_ms: number;
  zone: string;
  random: string;
  type: RecordType;
  record?: string;
  doc?: string;
  case?: string;
  place?: string;
  fields: Fields;
  void?: string;
  unvoid?: boolean;
}

export type CoreEvent =
  | WriteEvent
  | { event: 'new_key'; random: string }
  | { event: 'enrolled'; answer: unknown; now_ms: number }
  | { event: 'draft'; key: string; body: string | null }
  | { event: 'sync'; now_ms: number }
  | { event: 'answer'; status: number; now_ms: number }
  | { event: 'continue'; now_ms: number }
  /** These months of a case's log are wanted with the next exchange. */
  | { event: 'earlier'; case: string; months: string[] }
  | { event: 'failed' };

/** The JSON Schema of a record with the hints a form is drawn from; see `schemas/README.md`. */
export interface FieldSchema {
  type?: string;
  enum?: string[];
  format?: string;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  multipleOf?: number;
  'x-widget'?: string;
  'x-step'?: string;
  'x-order'?: number;
  'x-default'?: Scalar;
  'x-source'?: string;
  'x-group'?: string;
  'x-unit'?: string;
  'x-label-key'?: string;
  'x-help-key'?: string;
}

export interface GroupSchema extends Omit<FieldSchema, 'type'> {
  key?: 'id' | 'code' | 'person' | 'number';
  columns?: string[];
  fields?: string[];
  required?: boolean;
}

export interface RecordSchema {
  title: RecordType;
  required?: string[];
  properties: Record<string, FieldSchema>;
  patternProperties?: Record<string, FieldSchema>;
  'x-steps'?: string[];
  'x-groups'?: Record<string, GroupSchema>;
  'x-check'?: Check[];
}

/** A rule over more than one field; the form uses `required_if` to ask only what makes sense. */
export interface Check {
  rule: string;
  field?: string;
  when?: string;
  is?: Scalar[];
  group?: string;
}
