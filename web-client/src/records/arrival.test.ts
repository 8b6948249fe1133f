import { describe, expect, it } from 'vitest';
import { arrival } from './arrival';

const known = { last_sync_ms: 1, due: 0, revoked: false };
const well = { problem: null };
const cut = { problem: 'network' as const };

describe('what is said of the day list', () => {
  it('is that it comes, as long as the server says that something is due', () => {
    expect(arrival({ status: { ...known, due: 3 }, empty: false, office: 5, synced: null })).toBe('coming');
    expect(arrival({ status: { ...known, last_sync_ms: null, due: 3 }, empty: true, office: 0, synced: cut })).toBe('coming');
  });

  it('is that it was never here whole, on a new phone', () => {
    const status = { ...known, last_sync_ms: null };
    for (const synced of [null, cut]) expect(arrival({ status, empty: true, office: 0, synced })).toBe('first');
  });

  it('is that it was cleared, also while unsent work stands in it', () => {
    for (const empty of [true, false]) {
      for (const synced of [null, cut]) expect(arrival({ status: known, empty, office: 0, synced })).toBe('lost');
    }
  });

  it('is that it is empty only when the server has just said so', () => {
    expect(arrival({ status: known, empty: true, office: 5, synced: well })).toBe('nobody');
    for (const synced of [null, cut]) expect(arrival({ status: known, empty: true, office: 5, synced })).toBe('unsure');
  });

  it('is nothing when there is something to show', () => {
    for (const synced of [null, cut, well]) expect(arrival({ status: known, empty: false, office: 5, synced })).toBe('shown');
  });

  it('is that nothing comes any more, on a phone that was disconnected', () => {
    const status = { ...known, revoked: true };
    expect(arrival({ status, empty: true, office: 0, synced: well })).toBe('revoked');
    expect(arrival({ status, empty: false, office: 0, synced: well })).toBe('shown');
  });
});
