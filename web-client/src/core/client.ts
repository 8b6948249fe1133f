/** What pages use: typed commands to the worker, and the start of everything. */
import { ring } from './bell';
import { tellWhetherLookedAt } from './looking';
import type { CommandName, Commands, Failure, FromWorker, Push, Reply, RestAnswer, SyncResult } from './protocol';
import { fill, stores, take } from './stores.svelte';
import type { Fields, RecordRow, RecordType, Violation, WriteEvent } from './types';
import { update } from './update.svelte';
import { forgetWitness, keepWitness, readWitness } from './witness';

/** A failure of a command, with a code the pages have words for. */
export class CommandError extends Error {
  constructor(readonly failure: Failure) {
    super(failure.code);
  }
}

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: CommandError): void;
}

/** A worker that breaks down again and again within a while is left alone, so that the page can say so. */
const RESTARTS = 3;
const WHILE_MS = 10 * 60_000;

let worker: Worker | null = null;
let tellWhetherSeen = (): void => undefined;
let restarts: number[] = [];
const waiting = new Map<string, Waiting>();

function command<K extends CommandName>(name: K, args: Commands[K]['args']): Promise<Commands[K]['answer']> {
  const id = crypto.randomUUID();
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve: resolve as (answer: unknown) => void, reject });
    worker?.postMessage({ id, command: name, args });
  });
}

function settle(reply: Reply): void {
  const caller = waiting.get(reply.id);
  waiting.delete(reply.id);
  if (reply.ok) caller?.resolve(reply.answer);
  else caller?.reject(new CommandError(reply.failure));
}

function heard(push: Push): void {
  take(push);
  if (push.push === 'status') bearWitness();
  if (push.push === 'reopened') void hello();
  if (push.push === 'news') ring();
  if (push.push === 'session') tellWhetherSeen();
  if (push.push === 'crashed') restart();
  if (push.push === 'session' && push.session === null) leave();
}

async function hello(): Promise<void> {
  fill(await command('hello', {}));
  tellWhetherSeen();
  bearWitness();
}

/** Signed out on purpose: this is no loss. */
function leave(): void {
  forgetWitness();
  location.reload();
}

/** Nobody is signed in, nothing says why, and yet there were records here: the browser cleared all of it. */
function bearWitness(): void {
  const { phase, session, status, documents, notices } = stores;
  if (phase !== 'ready') return;
  if (session) return keepWitness({ records: [...documents.values()].reduce((sum, rows) => sum + rows.length, 0), waiting: status.waiting });
  const witness = readWitness();
  if (!witness || notices.some(({ code }) => code === 'log_wiped')) return;
  take({ push: 'notice', notice: { code: 'all_wiped', count: witness.waiting, records: witness.records } });
}

function spawn(): void {
  worker = new Worker(new URL('./worker/worker.ts', import.meta.url), { type: 'module', name: 'footpath' });
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => ('reply' in data ? settle(data.reply) : heard(data));
}

function restart(): void {
  worker?.terminate();
  for (const { reject } of waiting.values()) reject(new CommandError({ code: 'crashed', detail: null }));
  waiting.clear();
  restarts = [...restarts.filter((at) => at > Date.now() - WHILE_MS), Date.now()];
  if (restarts.length > RESTARTS) {
    stores.phase = 'stopped';
    return;
  }
  spawn();
  void hello().then(() => {
    if (update.dirtyForms > 0) take({ push: 'notice', notice: { code: 'restarted' } });
  });
}

/** Starts the worker; resolves when the pages have something to show. */
export async function start(language: string): Promise<void> {
  spawn();
  void tellLanguage(language);
  tellWhetherSeen = tellWhetherLookedAt({
    watch: (page, visible) => void command('watch', { page, visible }),
    nudge: () => void command('nudge', {}),
  });
  await hello();
}

function randomHex(): string {
  return [...crypto.getRandomValues(new Uint8Array(32))].map((b) => b.toString(16).padStart(2, '0')).join('');
}

function event(type: RecordType, fields: Fields): WriteEvent {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return { event: 'write', now_ms: Date.now(), zone, random: randomHex(), type, fields };
}

/** What a new record is about, and the draft it was made from. */
interface About {
  case?: string;
  place?: string;
  forget?: string;
}

/** Resolves when the record is on the disk of this phone, and not before. */
export function create(type: RecordType, fields: Fields, about: About): Promise<{ record: string; doc: string }> {
  return command('write', { ...event(type, fields), ...about });
}

/** Writes the changed fields of a record, and only those. */
export function correct(row: RecordRow, changed: Fields, draft?: string): Promise<{ record: string; doc: string }> {
  return command('write', { ...event(row.type, changed), ...at(row), ...(draft ? { forget: draft } : {}) });
}

export function voidRecord(row: RecordRow, why: string): Promise<unknown> {
  return command('write', { ...event(row.type, {}), ...at(row), void: why });
}

export function unvoid(row: RecordRow): Promise<unknown> {
  return command('write', { ...event(row.type, {}), ...at(row), unvoid: true });
}

function at(row: RecordRow): { record: string; doc: string; case?: string } {
  return { record: row.id, doc: row.doc, ...(row.case ? { case: row.case } : {}) };
}

/** Keeps what is typed so far; `null` forgets it. */
export function keepDraft(key: string, body: unknown): Promise<null> {
  return command('draft', { key, body: body === null ? null : JSON.stringify(body) });
}

export function check(type: RecordType, fields: Fields): Promise<Violation[]> {
  return command('check', { type, fields: { ...fields } });
}

/** Fetches months of a case that this phone does not keep; they stay until the app is opened next. */
export function earlier(caseId: string, months: string[]): Promise<SyncResult> {
  return command('earlier', { case: caseId, months });
}

export function sync(): Promise<SyncResult> {
  return command('sync', {});
}

export function enrol(login: string, password: string, device_name: string): Promise<null> {
  return command('enrol', { login, password, device_name });
}

/** A REST call of the coordinator's desk, signed by this device. Throws a `CommandError` when there is no network. */
export function rest(method: string, path: string, body: unknown = null): Promise<RestAnswer> {
  return command('rest', { method, path, body });
}

export function exportUnsent(): Promise<Uint8Array> {
  return command('export', {});
}

/** The language of what the server says to this person. */
export function tellLanguage(language: string): Promise<null> {
  return command('language', { language });
}

export function signOut(): Promise<null> {
  return command('sign_out', {});
}
