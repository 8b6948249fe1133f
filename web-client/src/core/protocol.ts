/** Messages between a page and its worker, and between the workers of several tabs. */
import type { Fields, Identity, Notice, RecordRow, RecordSchema, RecordType, Status, Violation, WriteEvent } from './types';

/** Everything a page needs to draw itself; sent whole when a page says hello. */
export interface Snapshot {
  session: Identity | null;
  status: Status;
  rows: RecordRow[];
  office: [key: string, value: unknown][];
  drafts: Record<string, string>;
  schemas: Partial<Record<RecordType, RecordSchema>>;
  notices: Notice[];
}

export type SyncProblem = 'network' | 'busy' | 'server' | 'refused' | 'clock';

export interface SyncResult {
  sent: number;
  received: number;
  problem: SyncProblem | null;
  /** What the server said about it, in the person's language, when it said anything. */
  detail: string | null;
  at_ms: number;
}

export interface Credentials {
  login: string;
  password: string;
  device_name: string;
}

export interface RestAnswer {
  status: number;
  body: unknown;
}

/** Every command, with what it takes and what it answers. */
export interface Commands {
  hello: { args: Record<string, never>; answer: Snapshot };
  /** `forget` is the draft the record was made from: it goes when the record is saved, neither without the other. */
  write: { args: WriteEvent & { forget?: string }; answer: { record: string; doc: string } };
  draft: { args: { key: string; body: string | null }; answer: null };
  check: { args: { type: RecordType; fields: Fields }; answer: Violation[] };
  sync: { args: Record<string, never>; answer: SyncResult };
  /** Fetches months of a case that this phone does not keep. */
  earlier: { args: { case: string; months: string[] }; answer: SyncResult };
  enrol: { args: Credentials; answer: null };
  rest: { args: { method: string; path: string; body: unknown }; answer: RestAnswer };
  export: { args: Record<string, never>; answer: Uint8Array };
  language: { args: { language: string }; answer: null };
  /** Whether somebody looks at a page; said again every minute while somebody does. */
  watch: { args: { page: string; visible: boolean }; answer: null };
  /** There may be a network again, or somebody came back: sync, unless the server asked us to stay away. */
  nudge: { args: Record<string, never>; answer: null };
  sign_out: { args: Record<string, never>; answer: null };
}

export type CommandName = keyof Commands;

export type Push =
  | { push: 'rows'; docs: [doc: string, rows: RecordRow[]][]; office: [key: string, value: unknown][]; drops: string[] }
  /** The lists as they were left, before the core is awake. */
  | { push: 'early'; rows: RecordRow[]; office: [key: string, value: unknown][]; session: Identity; status: Status }
  | { push: 'status'; status: Status }
  | { push: 'session'; session: Identity | null }
  | { push: 'drafts'; drafts: Record<string, string> }
  | { push: 'notice'; notice: Notice }
  | { push: 'synced'; result: SyncResult }
  /** The server has something new for this person. */
  | { push: 'news' }
  /** The leader opened its storage again: ask for everything anew. */
  | { push: 'reopened' }
  /** The core broke down; the page starts its worker again. */
  | { push: 'crashed' }
  /** The worker could not open its storage or the core. */
  | { push: 'stopped'; failure: Failure };

export interface Request {
  id: string;
  command: CommandName;
  args: unknown;
}

/** An error a page can show: a code with words in every language, and the server's own words if any. */
export interface Failure {
  code: string;
  detail: string | null;
}

export type Reply = { id: string; ok: true; answer: unknown } | { id: string; ok: false; failure: Failure };

export type FromWorker = { reply: Reply } | Push;
