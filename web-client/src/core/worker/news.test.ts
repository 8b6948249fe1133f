import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Ended } from '../network';
import { LEASE_MS, News } from './news';

interface Stream {
  heard(event: 'open' | 'poke'): void;
  end(ended?: Partial<Ended>): void;
  cut(): void;
  aborted(): boolean;
}

let streams: Stream[] = [];
let told: string[] = [];

const news = (): News =>
  new News({
    listen: (heard, signal) =>
      new Promise((resolve, reject) => {
        streams.push({
          heard,
          end: (ended = {}) => resolve({ status: 200, retry_after_ms: null, ...ended }),
          cut: () => reject(new Error('cut')),
          aborted: () => signal.aborted,
        });
      }),
    news: (why) => told.push(why),
  });

const last = (): Stream => streams.at(-1)!;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  streams = [];
  told = [];
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('news', () => {
  it('is listened for while somebody looks, once for all pages', () => {
    const one = news();
    one.watch('a', true);
    one.watch('b', true);
    expect(streams).toHaveLength(1);
    last().heard('open');
    last().heard('poke');
    expect(told).toEqual(['poke']);
    one.watch('a', false);
    expect(last().aborted()).toBe(false);
    one.watch('b', false);
    expect(last().aborted()).toBe(true);
  });

  it('is asked for again when the stream ends, and right away when it was a good one', async () => {
    const one = news();
    one.watch('a', true);
    last().heard('open');
    await vi.advanceTimersByTimeAsync(100_000);
    one.watch('a', true);
    last().end();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(streams).toHaveLength(2);
    expect(told).toEqual([]);
    one.stop();
  });

  it('reads now and then while no stream can be had, at growing distances and for ever', async () => {
    const one = news();
    one.watch('a', true);
    for (let minute = 0; minute < 120; minute++) {
      one.watch('a', true);
      for (const stream of streams) stream.cut();
      await vi.advanceTimersByTimeAsync(60_000);
    }
    expect(told.length).toBeGreaterThan(60);
    expect(told.length).toBeLessThan(150);
    last().heard('open');
    expect(told.at(-1)).toBe('poll');
    one.stop();
  });

  it('stays away as long as the server asks', async () => {
    const one = news();
    one.watch('a', true);
    last().end({ status: 503, retry_after_ms: 100_000 });
    await vi.advanceTimersByTimeAsync(99_000);
    expect(streams).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(streams).toHaveLength(2);
    one.stop();
  });

  it('does not wait when the network is back', async () => {
    const one = news();
    one.watch('a', true);
    last().cut();
    await vi.advanceTimersByTimeAsync(0);
    one.hurry();
    expect(streams).toHaveLength(2);
    one.stop();
  });

  it('forgets a page that was killed', async () => {
    const one = news();
    one.watch('killed', true);
    await vi.advanceTimersByTimeAsync(LEASE_MS + 1);
    last().end();
    await vi.advanceTimersByTimeAsync(100_000);
    expect(streams).toHaveLength(1);
  });
});
