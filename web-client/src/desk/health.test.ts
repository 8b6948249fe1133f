import { describe, expect, it } from 'vitest';
import { byNeed, missingCount, numbers, quietDays, troubles } from './health';
import { DAY_MS, NOW_MS, device } from './sample';

describe('which phones need a hand', () => {
  it('leaves a phone alone that is without signal for two days', () => {
    expect(troubles(device({ last_sync_ms: NOW_MS - 2 * DAY_MS }), NOW_MS)).toEqual([]);
    expect(troubles(device({ last_sync_ms: NOW_MS - 3 * DAY_MS }), NOW_MS)).toEqual(['quiet']);
  });

  it('counts from the day it was connected when it never synced', () => {
    expect(quietDays(device({ last_sync_ms: null, enrolled_ms: NOW_MS - 5 * DAY_MS }), NOW_MS)).toBe(5);
  });

  it('never counts below nothing for a clock that runs ahead', () => {
    expect(quietDays(device({ last_sync_ms: NOW_MS + DAY_MS }), NOW_MS)).toBe(0);
  });

  it('counts envelopes that never came', () => {
    const one = device({ missing: [[3, 3], [7, 9]] });
    expect(missingCount(one)).toBe(4);
    expect(troubles(one, NOW_MS)).toEqual(['missing']);
  });

  it('writes the numbers of envelopes as people do', () => {
    expect(numbers([[7, 9], [3, 3]]).replaceAll('\u2060', '')).toBe('3, 7–9');
    expect(numbers([[12]])).toBe('12');
    expect(numbers(Array.from({ length: 9 }, (_, n) => [n, n]))).toBe('0, 1, 2, 3, 4 …');
  });

  it('notices a phone that went back to older data', () => {
    expect(troubles(device({ forks: [12] }), NOW_MS)).toEqual(['forks']);
  });

  it('notices a clock that is off either way, and what was set aside', () => {
    expect(troubles(device({ clock_offset_ms: -6 * 60_000 }), NOW_MS)).toEqual(['clock']);
    expect(troubles(device({ clock_offset_ms: 4 * 60_000 }), NOW_MS)).toEqual([]);
    expect(troubles(device({ set_aside: 1 }), NOW_MS)).toEqual(['set_aside']);
  });

  it('asks nothing of a revoked phone', () => {
    expect(troubles(device({ revoked_ms: NOW_MS, last_sync_ms: 0 }), NOW_MS)).toEqual([]);
  });

  it('puts the longest silent first and the revoked last', () => {
    const ids = byNeed([
      device({ id: 'gone', revoked_ms: 1 }), device({ id: 'well-b', person_name: 'Б' }), device({ id: 'well-a', person_name: 'А' }),
      device({ id: 'four', last_sync_ms: NOW_MS - 4 * DAY_MS }), device({ id: 'nine', last_sync_ms: NOW_MS - 9 * DAY_MS }),
    ], NOW_MS).map(({ id }) => id);
    expect(ids).toEqual(['nine', 'four', 'well-a', 'well-b', 'gone']);
  });
});
