/** The few records the day list is drawn from, out of years of them: a cheap phone gets these across at once. */
import type { RecordRow } from '../types';

/** What the day list shows of each recipient's past. */
const ENTRIES = 2;

export function forTheDay(documents: [doc: string, rows: RecordRow[]][]): RecordRow[] {
  const rows = documents.flatMap(([, rows]) => rows);
  const entries = new Map<string, RecordRow[]>();
  for (const row of rows) {
    if (row.kind !== 'log' || row.voided) continue;
    const newest = [...(entries.get(row.family ?? '') ?? []), row].sort((a, b) => date(b).localeCompare(date(a)));
    entries.set(row.family ?? '', newest.slice(0, ENTRIES));
  }
  const returned = rows.filter((row) => row.kind === 'log' && row.state === 'returned');
  const others = rows.filter((row) => row.kind !== 'log');
  return [...new Set([...others, ...returned, ...[...entries.values()].flat()])];
}

const date = (row: RecordRow): string => String(row.fields.date ?? '');
