/** The story of a record: every change and every decision, in the order in which they reached the server. */
import type { Fields, Scalar } from '../core/types';
import type { ChangeItem, RecordDetail, ReviewItem } from './types';

/** A field that a change put, with what stood there before as the server knew it. */
export interface Put {
  field: string;
  before: Scalar | undefined;
  after: Scalar;
}

export interface Happening {
  kind: 'made' | 'changed' | 'voided' | 'brought_back' | ReviewItem['decision'];
  seq: number;
  by: string;
  by_name: string | null;
  device_name: string | null;
  at_ms: number;
  received_ms: number;
  /** What the person wrote about it: the comment of a review, the reason of a void. */
  comment: string | null;
  puts: Put[];
  flag: string | null;
}

/** Fields the program fills in for itself say nothing to a reader. */
const SILENT = new Set(['type', 'author', 'zone', 'recorded_ms', 'offset_ms']);

const told = (field: string): boolean => !SILENT.has(field) && !field.startsWith('void/') && !/\/(by|at)$/.test(field);

function kindOf(change: ChangeItem, first: boolean): Happening['kind'] {
  if (first) return 'made';
  if (!('void/by' in change.fields)) return 'changed';
  return change.fields['void/by'] === null ? 'brought_back' : 'voided';
}

function ofChange(change: ChangeItem, first: boolean, before: Fields): Happening {
  const puts = Object.entries(change.fields)
    .filter(([field]) => told(field))
    .map(([field, after]) => ({ field, before: before[field], after }));
  return {
    kind: kindOf(change, first),
    seq: change.seq,
    by: change.author,
    by_name: change.author_name ?? null,
    device_name: change.device_name ?? null,
    at_ms: change.at_ms,
    received_ms: change.received_ms,
    comment: typeof change.fields['void/why'] === 'string' ? change.fields['void/why'] : null,
    puts: first ? [] : puts,
    flag: change.flag ?? null,
  };
}

const ofReview = (review: ReviewItem): Happening => ({
  kind: review.decision,
  seq: review.seq,
  by: review.by,
  by_name: review.by_name ?? null,
  device_name: null,
  at_ms: review.at_ms,
  received_ms: review.at_ms,
  comment: review.comment ?? null,
  puts: [],
  flag: null,
});

export function story({ history, reviews }: Pick<RecordDetail, 'history' | 'reviews'>): Happening[] {
  const fields: Fields = {};
  const changes = history.map((change, at) => {
    const happening = ofChange(change, at === 0, { ...fields });
    Object.assign(fields, change.fields);
    return happening;
  });
  return [...changes, ...reviews.map(ofReview)].sort((a, b) => a.seq - b.seq);
}

/** A phone that was long without signal: written on one day, received on another. */
export const LATE_MS = 3_600_000;
export const late = ({ at_ms, received_ms }: Happening): boolean => received_ms - at_ms > LATE_MS;
