/** What the office says of this person's set-aside records: kept on the server, so that every phone of theirs knows. */
import type { RecordRow } from '../core/types';

export interface InboxItem {
  change: string;
  reason: string;
  outcome: 'set_aside' | 'settled';
  note: string | null;
  at_ms: number;
}

const OUTCOMES = ['set_aside', 'settled'] as const;

/** Newest first. What this phone shows as a record of its own is left out, and so is what was let in after all. */
export function inbox(office: ReadonlyMap<string, unknown>, rows: Iterable<RecordRow>): InboxItem[] {
  const here = new Set([...rows].flatMap((row) => row.aside ?? []));
  const found = [...office].flatMap(([key, value]): InboxItem[] => {
    const [, topic, , change] = key.split('/');
    if (topic !== 'inbox' || !change || here.has(change) || typeof value !== 'object' || value === null) return [];
    const { reason, outcome, note, at_ms } = value as Record<string, unknown>;
    const known = OUTCOMES.find((name) => name === outcome);
    if (!known) return [];
    return [{ change, reason: String(reason), outcome: known, note: typeof note === 'string' && note ? note : null, at_ms: Number(at_ms) }];
  });
  return found.sort((a, b) => b.at_ms - a.at_ms);
}
