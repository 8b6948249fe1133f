import { describe, expect, it } from 'vitest';
import { NO_FILTERS, counted, filterCount, logAddress, parseFilters, periodOf, rangeOf, type Filters } from './filters';

const read = (address: string): Filters => parseFilters(new URLSearchParams(address.split('?')[1] ?? ''));

describe('the address of the log', () => {
  it('is short when nothing is chosen', () => {
    expect(logAddress(NO_FILTERS)).toBe('/desk/log');
    expect(read('/desk/log')).toEqual(NO_FILTERS);
  });

  it('says everything that is chosen, and reads back', () => {
    const filters: Filters = {
      state: 'returned', place: 'ab', worker: 'cd', type: 'delivery', case: 'ef', name: 'ткач', from: '2026-05-01', to: '2026-05-31',
    };
    expect(read(logAddress(filters))).toEqual(filters);
    expect(filterCount(filters)).toBe(6);
  });

  it('leaves out what makes no sense', () => {
    expect(read('/desk/log?state=lost&type=%3Cb%3E&from=yesterday&to=2026-5-1&place=')).toEqual(NO_FILTERS);
  });

  it('counts a period once, and the state not at all', () => {
    expect(filterCount({ ...NO_FILTERS, state: 'all' })).toBe(0);
    expect(filterCount({ ...NO_FILTERS, from: '2026-05-01', to: '2026-05-31' })).toBe(1);
    expect(filterCount({ ...NO_FILTERS, to: '2026-05-31' })).toBe(1);
  });
});

describe('periods', () => {
  const now = new Date(2026, 2, 3, 9);

  it('knows the days of each', () => {
    expect(rangeOf('today', now)).toEqual({ from: '2026-03-03', to: '2026-03-03' });
    expect(rangeOf('week', now)).toEqual({ from: '2026-02-25', to: '2026-03-03' });
    expect(rangeOf('month', now)).toEqual({ from: '2026-03-01', to: '2026-03-31' });
    expect(rangeOf('last_month', now)).toEqual({ from: '2026-02-01', to: '2026-02-28' });
    expect(rangeOf('last_month', new Date(2026, 0, 31))).toEqual({ from: '2025-12-01', to: '2025-12-31' });
  });

  it('knows them again', () => {
    for (const period of ['any', 'today', 'week', 'month', 'last_month'] as const) {
      expect(periodOf(rangeOf(period, now), now)).toBe(period);
    }
    expect(periodOf({ from: '2026-01-05', to: null }, now)).toBe('own');
  });
});

describe('what the server counted', () => {
  const counts = [
    { state: 'received', type: 'visit', count: 200 }, { state: 'edited', type: 'visit', count: 5 }, { state: 'received', type: 'task', count: 7 },
    { state: 'approved', type: 'visit', count: 30 }, { state: 'approved', type: 'task', count: 2 },
  ] as const;

  it('is summed over the states of a page', () => {
    expect(counted(counts, 'approved')).toEqual({ types: new Map([['visit', 30], ['task', 2]]), tasks: 0, all: 32 });
    expect(counted(counts, 'returned').all).toBe(0);
    expect(counted(counts, 'all').all).toBe(244);
  });

  it('keeps chores apart where those under way are not shown', () => {
    expect(counted(counts, 'look')).toEqual({ types: new Map([['visit', 205]]), tasks: 7, all: 205 });
  });
});
