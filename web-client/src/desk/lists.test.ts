import { describe, expect, it } from 'vitest';
import { byPlace, found, term, withoutWorker } from './caseload';
import { byDay } from './days';
import { placeChoices } from './places';
import type { AssignmentItem, CaseItem } from './types';

const assignment = (over: Partial<AssignmentItem> = {}): AssignmentItem =>
  ({ person: 'p1', name: 'Анна', substitute: false, holds: true, by: 'k1', at_ms: 0, ...over });
const one = (over: Partial<CaseItem>): CaseItem =>
  ({ id: 'c', name: 'Мария', place: 'v1', place_name: 'Лесное', care_status: 'active', assignments: [assignment()], ...over });

describe('the log by days', () => {
  it('keeps the order and cuts at each new day', () => {
    const days = byDay([{ date: '2026-05-02', n: 1 }, { date: '2026-05-02', n: 2 }, { date: '2026-05-01', n: 3 }]);
    expect(days.map(({ date, rows }) => [date, rows.length])).toEqual([['2026-05-02', 2], ['2026-05-01', 1]]);
    expect(byDay([])).toEqual([]);
  });
});

describe('cases', () => {
  it('finds a name as people type it', () => {
    const cases = [one({ id: 'a', name: 'Фёдор Семёнов' }), one({ id: 'b', name: 'Анна Белова' })];
    expect(found(cases, ' семенов', 'all').map(({ id }) => id)).toEqual(['a']);
    expect(found(cases, '', 'all')).toHaveLength(2);
  });

  it('misses a worker only where one is needed today', () => {
    expect(withoutWorker(one({ assignments: [] }))).toBe(true);
    expect(withoutWorker(one({ assignments: [assignment({ holds: false, from: '2027-01-01' })] }))).toBe(true);
    expect(withoutWorker(one({}))).toBe(false);
    expect(withoutWorker(one({ assignments: [], care_status: 'closed' }))).toBe(false);
    expect(found([one({ id: 'a' }), one({ id: 'b', assignments: [] })], '', 'nobody').map(({ id }) => id)).toEqual(['b']);
  });

  it('stands by place, those without one at the end', () => {
    const villages = byPlace([
      one({ id: 'x', place: null, place_name: null }), one({ id: 'a', place: 'v2', place_name: 'Речное' }), one({ id: 'b' }), one({ id: 'c' }),
    ]);
    expect(villages.map(({ name, cases }) => [name, cases.length])).toEqual([['Лесное', 2], ['Речное', 1], ['', 1]]);
  });

  it('tells the days of an assignment', () => {
    expect([term({}), term({ from: 'a' }), term({ to: 'b' }), term({ from: 'a', to: 'b' })]).toEqual(['always', 'from', 'until', 'between']);
  });
});

describe('places in a list', () => {
  it('stand under what they lie in', () => {
    const labels = placeChoices([
      { value: 'v2', label: 'Речное', parent: 'd' }, { value: 'd', label: 'Район', parent: null },
      { value: 'v1', label: 'Лесное', parent: 'd' }, { value: 'far', label: 'Дальнее', parent: 'unknown' },
    ]).map(({ label }) => label);
    expect(labels).toEqual(['Дальнее', 'Район', '\u2003Лесное', '\u2003Речное']);
  });

  it('does not walk in circles', () => {
    expect(placeChoices([{ value: 'a', label: 'А', parent: 'b' }, { value: 'b', label: 'Б', parent: 'a' }])).toEqual([]);
  });
});
