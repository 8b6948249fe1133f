/** The people this worker looks after, read from the rows on the phone. */
import type { RecordRow } from '../core/types';

export interface Recipient {
  /** The id of the case, which names the family too. */
  case: string;
  person: RecordRow | undefined;
  file: RecordRow | undefined;
  name: string;
  entries: RecordRow[];
  /** When somebody last came, as far as this phone knows. */
  lastVisit: RecordRow | undefined;
}

const day = (row: RecordRow): string => String(row.fields.date ?? '');

/** Newest first: by the date of the thing, then its time, then when it was written down. */
export function newestFirst(a: RecordRow, b: RecordRow): number {
  return (
    day(b).localeCompare(day(a)) ||
    String(b.fields.start ?? '').localeCompare(String(a.fields.start ?? '')) ||
    (b.at_ms ?? 0) - (a.at_ms ?? 0)
  );
}

function recipient(id: string, rows: RecordRow[]): Recipient {
  const person = rows.find((row) => row.type === 'person');
  const entries = rows.filter((row) => row.type !== 'person' && row.type !== 'case').sort(newestFirst);
  return {
    case: id,
    person,
    file: rows.find((row) => row.type === 'case'),
    name: String(person?.fields.name ?? ''),
    entries,
    lastVisit: entries.find((row) => row.type === 'visit' && !row.voided),
  };
}

/** One entry for each family that has a person or a case here. */
export function caseload(rows: RecordRow[]): Map<string, Recipient> {
  const families = new Map<string, RecordRow[]>();
  for (const row of rows) {
    const family = row.family ?? row.case;
    if (!family) continue;
    const members = families.get(family);
    if (members) members.push(row);
    else families.set(family, [row]);
  }
  const known = [...families].filter(([, members]) => members.some((row) => row.type === 'person' || row.type === 'case'));
  return new Map(known.map(([id, members]) => [id, recipient(id, members)]));
}

export interface Stop {
  recipient: Recipient;
  note: string | null;
  doneToday: boolean;
}

interface RouteStop {
  case: string;
  note?: string | null;
}

/** Today's way: the planned route if there is one, otherwise everybody, who waits longest first. */
export function stops(people: Map<string, Recipient>, route: unknown, today: string, me: string): Stop[] {
  const planned = Array.isArray(route) ? (route as RouteStop[]) : null;
  const order = planned
    ? planned.flatMap((stop) => (people.has(stop.case) ? [people.get(stop.case)!] : []))
    : [...people.values()].filter(inCare).sort(longestWaiting);
  return order.map((one) => ({
    recipient: one,
    note: planned?.find((stop) => stop.case === one.case)?.note ?? null,
    doneToday: one.entries.some((row) => row.type === 'visit' && day(row) === today && row.author === me && !row.voided),
  }));
}

/** Neighbours' cards are on this phone too, for a chore: whom we look after, we have the file or the log of. */
export const inCare = (one: Recipient): boolean =>
  (one.file !== undefined || one.entries.some((row) => row.kind === 'log')) && one.file?.fields.care_status !== 'closed';

function longestWaiting(a: Recipient, b: Recipient): number {
  const [then, other] = [a, b].map((one) => (one.lastVisit ? day(one.lastVisit) : ''));
  return then!.localeCompare(other!) || a.name.localeCompare(b.name);
}

const OPEN = new Set(['offered', 'accepted', 'in_progress']);

/** Work still to be done, the most urgent first. */
export function openTasks(rows: RecordRow[]): RecordRow[] {
  return rows
    .filter((row) => row.type === 'task' && !row.voided && OPEN.has(String(row.fields.status)))
    .sort((a, b) => String(a.fields.due ?? '9').localeCompare(String(b.fields.due ?? '9')));
}
