/** What the desk's REST says: the generated types, with the words that the description leaves open filled in. */
import type { Fields, RecordType } from '../core/types';
import type * as api from './openapi';

export type {
  AssignmentItem, CaseItem, DeviceItem, FieldItem, HoldingItem, PersonItem, Restored, ReviewResult, ValueItem,
} from './openapi';

export type DeskState = 'received' | 'approved' | 'returned' | 'edited';

export type ReviewItem = api.ReviewItem & { decision: 'approved' | 'returned' | 'withdrawn' };

export type RecordItem = Omit<api.RecordItem, 'violations'> & {
  kind: 'log' | 'task' | 'case' | 'person' | 'activity';
  type: RecordType;
  state: DeskState;
  violations: { field: string; code: string; params?: Record<string, number> }[];
};

export type RecordCount = Omit<api.RecordCount, 'state' | 'type'> & { state: DeskState; type: RecordType };

/** Lists come in pages; `next` is sent back as `after`. */
export interface PageOf<T> {
  items: T[];
  next?: string | null;
}

export type ChangeItem = api.ChangeItem;

export type RecordDetail = Omit<api.RecordDetail, 'record' | 'review' | 'reviews' | 'violations'> & {
  record: RecordItem;
  review?: ReviewItem | null;
  reviews: ReviewItem[];
  violations: RecordItem['violations'];
};

export type CaseDetail = Omit<api.CaseDetail, 'cards'> & { cards: RecordItem[] };

export type QuarantineItem = api.QuarantineItem & { state: 'open' | 'released' | 'settled' };
export type QuarantineDetail = { item: QuarantineItem; preview?: Fields | null };
