/** What pages read. Filled by the worker's pushes, never written by a page. */
import type { Failure, Push, Snapshot, SyncResult } from './protocol';
import { withNotice } from './notices';
import type { Identity, Notice, RecordRow, RecordSchema, RecordType, Status } from './types';

/** `early`: the lists are there as they were left; what needs the core (forms) waits for `ready`. */
export type Phase = 'starting' | 'early' | 'ready' | 'stopped';

class Stores {
  phase = $state<Phase>('starting');
  /** Why the start did not succeed, for whoever is asked for help. */
  failure = $state.raw<Failure | null>(null);
  session = $state.raw<Identity | null>(null);
  status = $state.raw<Status>({
    waiting: 0, last_sync_ms: null, syncing: false, offset_ms: 0, due: 0, held: 0, set_aside: 0, signed_in: false, revoked: false,
  });
  documents = $state.raw(new Map<string, RecordRow[]>());
  office = $state.raw(new Map<string, unknown>());
  drafts = $state.raw<Record<string, string>>({});
  schemas = $state.raw<Partial<Record<RecordType, RecordSchema>>>({});
  notices = $state.raw<Notice[]>([]);
  synced = $state.raw<SyncResult | null>(null);

  /** Every record on this phone. */
  rows = $derived([...this.documents.values()].flat());
  byId = $derived(new Map(this.rows.map((row) => [row.id, row])));
}

export const stores = new Stores();

function fillLists({ rows, office, session, status }: Pick<Snapshot, 'rows' | 'office' | 'session' | 'status'>): void {
  const documents = new Map<string, RecordRow[]>();
  for (const row of rows) {
    const others = documents.get(row.doc);
    if (others) others.push(row);
    else documents.set(row.doc, [row]);
  }
  stores.documents = documents;
  stores.office = new Map(office);
  stores.session = session;
  stores.status = status;
}

export function fill(snapshot: Snapshot): void {
  fillLists(snapshot);
  stores.drafts = snapshot.drafts;
  stores.schemas = snapshot.schemas;
  stores.notices = snapshot.notices;
  stores.phase = 'ready';
}

/** Takes what the page itself must not act upon; the rest (`crashed`, `reopened`) is the client's. */
export function take(push: Push): void {
  switch (push.push) {
    case 'early':
      if (stores.phase !== 'starting') return;
      fillLists(push);
      stores.phase = 'early';
      return;
    case 'rows': return takeRows(push);
    case 'status': stores.status = push.status; return;
    case 'session': stores.session = push.session; return;
    case 'drafts': stores.drafts = push.drafts; return;
    case 'notice': stores.notices = withNotice(stores.notices, push.notice); return;
    case 'synced': stores.synced = push.result; return;
    case 'stopped':
      stores.phase = 'stopped';
      stores.failure = push.failure;
      return;
    case 'news':
    case 'reopened':
    case 'crashed': return;
  }
}

function takeRows({ docs, office, drops }: Extract<Push, { push: 'rows' }>): void {
  if (docs.length > 0 || drops.length > 0) {
    const documents = new Map(stores.documents);
    for (const [doc, rows] of docs) documents.set(doc, rows);
    for (const key of drops) documents.delete(key);
    stores.documents = documents;
  }
  if (office.length > 0 || drops.length > 0) {
    const next = new Map(stores.office);
    for (const [key, value] of office) next.set(key, value);
    for (const key of drops) next.delete(key);
    stores.office = next;
  }
}

export function dismiss(notice: Notice): void {
  stores.notices = stores.notices.filter((other) => other !== notice);
}
