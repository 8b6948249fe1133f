import { expect, it } from 'vitest';
import { daysAgo, parseMoney } from './format';

it.each([
  ['1000', 100_000], ['830,5', 83_050], ['830.50', 83_050], ['1 250,00', 125_000], ['0', 0],
  ['', null], ['12,345', null], ['-5', null], ['семь', null],
])('reads the sum %j as %j kopecks', (text, minor) => {
  expect(parseMoney(text)).toBe(minor);
});

it('counts days by the calendar, not by 24 hours', () => {
  expect(daysAgo('2026-11-21', new Date(2026, 10, 22, 0, 5))).toBe(1);
  expect(daysAgo('2026-11-22', new Date(2026, 10, 22, 23, 59))).toBe(0);
});
