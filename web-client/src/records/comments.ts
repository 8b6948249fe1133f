/** What people added to a record, the oldest first. */
import type { Fields } from '../core/types';
import { rowsOf } from './groups';

export interface Comment {
  key: string;
  text: string;
  by: string;
  at_ms: number;
}

export function commentsOf(fields: Fields): Comment[] {
  return rowsOf(fields, 'comment')
    .map((key) => ({
      key,
      text: String(fields[`comment/${key}/text`] ?? ''),
      by: String(fields[`comment/${key}/by`] ?? ''),
      at_ms: Number(fields[`comment/${key}/at`] ?? 0),
    }))
    .sort((a, b) => a.at_ms - b.at_ms);
}
