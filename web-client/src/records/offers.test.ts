import { expect, it } from 'vitest';
import { cardOf, offers } from './offers';

const office = new Map<string, unknown>([
  ['office/offer/t1/offer', { kind: 'yard', place: 'p', due: '2026-06-02' }],
  ['office/offer/t2/offer', { kind: 'snow', due: '2026-06-01' }],
  ['office/offer/t3/offer', 'nonsense'],
  ['office/card/t1/me', { name: 'Anna', phone: '123' }],
  ['office/catalogue/o/offer', []],
]);

it('lists open chores, the most urgent first', () => {
  expect(offers(office)).toEqual([
    { task: 't2', kind: 'snow', place: null, due: '2026-06-01' },
    { task: 't1', kind: 'yard', place: 'p', due: '2026-06-02' },
  ]);
});

it('knows whom a chore is for only when told', () => {
  expect(cardOf(office, 't1', 'me')).toEqual({ name: 'Anna', address: null, phone: '123' });
  expect(cardOf(office, 't1', 'another')).toBeNull();
});
