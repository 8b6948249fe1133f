/** Every question and command of the desk, one function each. */
import type { Scalar } from '../core/types';
import { ask } from './call';
import type { Filters, StateFilter } from './filters';
import type {
  CaseDetail, CaseItem, DeviceItem, PageOf, PersonItem, QuarantineDetail, QuarantineItem, RecordCount, RecordDetail, RecordItem,
  Restored, ReviewResult,
} from './types';

/** As many as one page of an answer may hold. */
export const MOST = 200;

const STATES: Record<StateFilter, string | null> = {
  look: 'received,edited', returned: 'returned', approved: 'approved', all: null,
};

export function query(pairs: Record<string, string | number | null | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(pairs)) {
    if (value !== null && value !== undefined && value !== '') search.set(name, String(value));
  }
  return search.size > 0 ? `?${search}` : '';
}

export function records(filters: Filters, limit: number, after: string | null = null): Promise<PageOf<RecordItem>> {
  const { state, place, worker, type, name, from, to } = filters;
  const asked = { state: STATES[state], place, worker, type, q: name, from, to, case: filters.case, after, limit };
  return ask('GET', `/v1/records${query(asked)}`);
}

/** How many there are by state and type, of all that the filters find and not of a page. Whatever state is chosen. */
export async function recordCounts({ place, worker, type, name, from, to, case: of }: Filters): Promise<RecordCount[]> {
  const asked = { place, worker, type, q: name, from, to, case: of };
  return (await ask<{ items: RecordCount[] }>('GET', `/v1/records/counts${query(asked)}`)).items;
}

/** The document is named too: by malice two of them may hold a record of the same id. */
export function record(id: string, doc: string | null): Promise<RecordDetail> {
  return ask('GET', `/v1/records/${id}${query({ doc })}`);
}

/** A record and the state of it that was on the screen. */
export type Seen = Pick<RecordItem, 'id' | 'doc' | 'digest'>;

async function review(seen: Seen[], decision: 'approve' | 'return', comment?: string): Promise<ReviewResult[]> {
  const items = seen.map(({ id, doc, digest }) => ({ record: id, doc, digest }));
  const body = { items, decision, ...(comment ? { comment } : {}) };
  return (await ask<{ results: ReviewResult[] }>('POST', '/v1/reviews', body)).results;
}

/** Approves what was seen: a record that is not as it was seen any more is left alone, and named. */
export function approve(items: Seen[]): Promise<ReviewResult[]> {
  return review(items, 'approve');
}

export async function giveBack(item: Seen, comment: string): Promise<ReviewResult | undefined> {
  return (await review([item], 'return', comment))[0];
}

/** Settles a conflict in favour of a value, given that exactly these changes were shown. */
export function choose({ id, doc }: RecordItem, field: string, value: Scalar, shown: string[]): Promise<RecordDetail> {
  return ask('POST', `/v1/records/${id}/conflicts`, { doc, field, choose: value, shown });
}

/** Reads a list to its end, page by page. */
async function all<T>(path: string, filter: Record<string, string> = {}): Promise<T[]> {
  const items: T[] = [];
  let after: string | null = null;
  do {
    const page: PageOf<T> = await ask('GET', `${path}${query({ ...filter, limit: MOST, after })}`);
    items.push(...page.items);
    after = page.next ?? null;
  } while (after !== null);
  return items;
}

/** What was set aside and waits for a decision, or what has been decided already. */
export type QuarantineState = 'open' | 'released' | 'settled';

export const cases = (): Promise<CaseItem[]> => all('/v1/cases');
export const people = (): Promise<PersonItem[]> => all('/v1/people');
export const staff = (): Promise<PersonItem[]> => all('/v1/people', { kind: 'staff' });
export const quarantine = (state: QuarantineState): Promise<QuarantineItem[]> => all('/v1/quarantine', { state });
export const setAside = (id: number): Promise<QuarantineDetail> => ask('GET', `/v1/quarantine/${id}`);
export const theCase = (id: string): Promise<CaseDetail> => ask('GET', `/v1/cases/${id}`);

export interface Assignment {
  person: string;
  from?: string;
  to?: string;
  substitute?: boolean;
}

export function assign(id: string, assignment: Assignment): Promise<CaseItem> {
  return ask('POST', `/v1/cases/${id}/assignments`, assignment);
}

export function unassign(id: string, person: string): Promise<CaseItem> {
  return ask('DELETE', `/v1/cases/${id}/assignments/${person}`);
}

/** Everything known of it, with its bytes in hex: a file to hand on. */
export const exported = (id: number): Promise<unknown> => ask('GET', `/v1/quarantine/${id}/export?format=json`);
export const release = (id: number): Promise<unknown> => ask('POST', `/v1/quarantine/${id}/release`);
export const settle = (id: number, note: string): Promise<unknown> => ask('POST', `/v1/quarantine/${id}/settle`, { note });

export async function devices(): Promise<DeviceItem[]> {
  return (await ask<{ items: DeviceItem[] }>('GET', '/v1/devices')).items;
}

export const revoke = (id: string): Promise<unknown> => ask('POST', `/v1/devices/${id}/revoke`);

/** What a restored server has forgotten, and what phones say of it. */
export const restored = (): Promise<Restored> => ask('GET', '/v1/restored');

export function decideHolding(of: string, person: string, decision: 'given' | 'dismissed'): Promise<Restored> {
  return ask('POST', `/v1/restored/${of}/${person}`, { decision });
}
