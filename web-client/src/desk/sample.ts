/** Records for tests of the desk. */
import type { ChangeItem, DeviceItem, RecordItem } from './types';

export const DAY_MS = 86_400_000;
export const NOW_MS = Date.UTC(2026, 4, 31, 12);

export function item(over: Partial<RecordItem> = {}): RecordItem {
  return {
    id: 'r1', doc: 'd1', kind: 'log', type: 'visit', case: 'c1', case_name: 'Мария Ивановна', place_name: 'Лесное',
    author: 'p1', author_name: 'Анна', device: 'v1', at_ms: NOW_MS, received_ms: NOW_MS, date: '2026-05-31', month: '2026-05',
    state: 'received', digest: 'a', returned_before: false, conflicts: [], violations: [], flags: [], fields: { type: 'visit' },
    voided: false, first_seq: 1, last_seq: 1, ...over,
  };
}

export function change(over: Partial<ChangeItem> = {}): ChangeItem {
  return {
    seq: 1, change: 'h1', author: 'p1', author_name: 'Анна', device: 'v1', device_name: 'Android', at_ms: NOW_MS,
    received_ms: NOW_MS, fields: {}, digest: 'a', ...over,
  };
}

export function device(over: Partial<DeviceItem> = {}): DeviceItem {
  return {
    id: 'v1', name: 'Android', person: 'p1', person_name: 'Анна', enrolled_ms: NOW_MS - 90 * DAY_MS, last_sync_ms: NOW_MS,
    missing: [], forks: [], waiting: 0, set_aside: 0, clock_offset_ms: 0, ...over,
  };
}
