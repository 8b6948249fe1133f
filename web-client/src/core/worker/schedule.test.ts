import { expect, it } from 'vitest';
import { nextDelay } from './schedule';

it('waits longer after each failure, up to a ceiling, for ever', () => {
  const waits = [1, 2, 3, 4, 50, 5_000].map((failures) => nextDelay(failures, 1, null));
  expect(waits).toEqual([4_000, 8_000, 16_000, 32_000, 600_000, 600_000]);
});

it('spreads phones that failed at the same moment', () => {
  expect(nextDelay(3, 0, null)).toBeLessThan(nextDelay(3, 1, null));
});

it('never comes back before the server asked for', () => {
  expect(nextDelay(1, 0, 90_000)).toBe(90_000);
});

it('asks for news now and then when all is well', () => {
  expect(nextDelay(0, 0.5, null)).toBe(300_000);
});
