import { describe, expect, it } from 'vitest';
import { DAY_MS, NOW_MS, change } from './sample';
import { late, story } from './story';
import type { ReviewItem } from './types';

const review = (over: Partial<ReviewItem>): ReviewItem => ({ seq: 2, decision: 'returned', by: 'k1', by_name: 'Ольга', at_ms: NOW_MS, digest: 'a', ...over });

describe('the story of a record', () => {
  it('begins with who wrote it, without repeating every field', () => {
    const [made] = story({ history: [change({ fields: { type: 'visit', start: '10:00' } })], reviews: [] });
    expect(made).toMatchObject({ kind: 'made', by_name: 'Анна', device_name: 'Android', puts: [] });
  });

  it('says what was there before a correction', () => {
    const history = [change({ fields: { start: '10:00' } }), change({ seq: 3, fields: { start: '10:30', notes: 'x', author: 'p1' } })];
    const [, corrected] = story({ history, reviews: [] });
    expect(corrected?.kind).toBe('changed');
    expect(corrected?.puts).toEqual([
      { field: 'start', before: '10:00', after: '10:30' },
      { field: 'notes', before: undefined, after: 'x' },
    ]);
  });

  it('puts decisions where they came', () => {
    const history = [change({}), change({ seq: 3, fields: { start: '10:30' } })];
    const reviews = [review({ comment: 'Проверьте время.' }), review({ seq: 4, decision: 'approved' })];
    expect(story({ history, reviews }).map(({ kind }) => kind)).toEqual(['made', 'returned', 'changed', 'approved']);
    expect(story({ history, reviews })[1]?.comment).toBe('Проверьте время.');
  });

  it('tells a void and its taking back, with the reason', () => {
    const history = [
      change({}),
      change({ seq: 2, fields: { 'void/by': 'p1', 'void/at': NOW_MS, 'void/why': 'Дважды' } }),
      change({ seq: 3, fields: { 'void/by': null, 'void/at': null, 'void/why': null } }),
    ];
    const told = story({ history, reviews: [] });
    expect(told.map(({ kind }) => kind)).toEqual(['made', 'voided', 'brought_back']);
    expect(told[1]).toMatchObject({ comment: 'Дважды', puts: [] });
  });

  it('mentions a late arrival, and not a usual one', () => {
    const [usual, later] = story({
      history: [change({ received_ms: NOW_MS + 5_000 }), change({ seq: 2, received_ms: NOW_MS + 3 * DAY_MS })], reviews: [],
    });
    expect(late(usual!)).toBe(false);
    expect(late(later!)).toBe(true);
  });
});
