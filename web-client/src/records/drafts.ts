/** What is typed but not saved yet, kept on the phone under a name that says what it is for. */
import type { Fields, RecordType } from '../core/types';

export interface Draft {
  type: RecordType;
  case: string | null;
  /** The record which is corrected; null for a new one. */
  record: string | null;
  fields: Fields;
  at_ms: number;
}

export function newKey(type: RecordType, about: string | null): string {
  return `new/${type}/${about ?? ''}`;
}

export function correctKey(record: string): string {
  return `correct/${record}`;
}

/** A draft of another version of the app may look different; it is then left alone. */
export function readDraft(text: unknown): Draft | null {
  try {
    const draft = (typeof text === 'string' ? JSON.parse(text) : text) as Draft;
    return draft && typeof draft.fields === 'object' && typeof draft.type === 'string' ? draft : null;
  } catch {
    return null;
  }
}

/** Where the form of this draft is. */
export function formAddress({ record, type, case: about }: Draft): string {
  if (record) return `/record/${record}/correct`;
  return `/new/${type}${about ? `?case=${about}` : ''}`;
}
