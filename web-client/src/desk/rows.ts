/** A record of the desk in the shape that the shared labels and tables read. */
import type { ConflictValue, RecordRow } from '../core/types';
import type { FieldItem, RecordItem } from './types';

export function asRow(item: RecordItem, conflicts: FieldItem[] = []): RecordRow {
  return {
    id: item.id,
    doc: item.doc,
    kind: item.kind,
    type: item.type,
    case: item.case ?? null,
    family: item.case ?? null,
    place: item.place ?? null,
    month: item.month,
    state: item.state === 'received' ? 'server' : item.state,
    reason: null,
    fields: item.fields,
    conflicts: Object.fromEntries(conflicts.map(({ key, values }) => [key, values as ConflictValue[]])),
    author: item.author,
    at_ms: item.at_ms,
    digest: item.digest,
    review: null,
    voided: item.voided,
    violations: item.violations,
  };
}

/** A person must choose a value first; before that nobody can say what would be approved. */
/** A chore that is offered or under way: there is nothing to look at before it is over. */
export const underWay = (item: RecordItem): boolean =>
  item.type === 'task' && !item.voided && ['offered', 'accepted', 'in_progress'].includes(String(item.fields.status));

export const mayApprove = (item: RecordItem): boolean =>
  item.state !== 'approved' && item.conflicts.length === 0 && !underWay(item);

/** Whose card or log it is. A group activity is nobody's. */
export function aboutWhom(item: RecordItem): string | null {
  return item.case_name ?? (item.type === 'person' ? String(item.fields.name ?? '') || null : null);
}

/** Asked for at once by whoever was there. */
export const urgent = (item: RecordItem): boolean => item.fields.urgent === true && !item.voided;
