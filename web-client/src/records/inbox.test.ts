import { expect, it } from 'vitest';
import type { RecordRow } from '../core/types';
import { inbox } from './inbox';

const note = (outcome: string, at_ms: number, note: string | null = null): unknown => ({ doc: 'd', reason: 'out_of_scope', outcome, note, at_ms });
const office = new Map<string, unknown>([
  ['office/inbox/me/c1', note('set_aside', 1)],
  ['office/inbox/me/c2', note('set_aside', 2)],
  ['office/inbox/me/c3', note('settled', 3, 'Записано у Анны')],
  ['office/inbox/me/c4', note('released', 4)],
  ['office/inbox/me/c5', note('something of a later server', 5)],
  ['office/inbox/me/c6', 'nonsense'],
  ['office/card/t1/me', {}],
]);

it('tells what was set aside on another phone, and what was decided', () => {
  const own = [{ aside: ['c1'] }, {}] as unknown as RecordRow[];
  expect(inbox(office, own).map(({ change, note }) => [change, note])).toEqual([['c3', 'Записано у Анны'], ['c2', null]]);
});
