import { expect, it } from 'vitest';
import { changed, cleared, keysOf, rowsOf, usage, withoutEmpty } from './groups';

const fields = {
  'service/cooking': true, 'service/water': false, 'service/wood': null,
  'line/a/name': 'Bread', 'line/a/qty': 2, 'line/b/name': '', 'line/c/name': null,
};

it('reads a set', () => {
  expect(keysOf(fields, 'service')).toEqual(['cooking']);
});

it('reads rows, and keeps one that was only begun', () => {
  expect(rowsOf(fields, 'line')).toEqual(['a', 'b']);
});

it('takes a row away with null in each of its fields', () => {
  expect(cleared(fields, 'line', 'a')).toEqual({ 'line/a/name': null, 'line/a/qty': null });
});

it('writes only what differs', () => {
  expect(changed({ a: 1, b: 'x', c: true }, { a: 1, b: 'y', d: 2 })).toEqual({ b: 'y', c: null, d: 2 });
});

it('takes an absent field and a cleared one for the same', () => {
  expect(changed({ a: null }, {})).toEqual({});
});

it('keeps false and zero', () => {
  expect(withoutEmpty({ a: false, b: 0, c: '', d: null })).toEqual({ a: false, b: 0 });
});

it('counts what is usual', () => {
  const counts = usage([{ fields }, { fields: { 'service/water': true } }], 'service', { 'service/wood': true });
  expect([...counts.keys()].sort()).toEqual(['cooking', 'water', 'wood']);
  expect(counts.get('wood')).toBeGreaterThan(counts.get('cooking')!);
});
