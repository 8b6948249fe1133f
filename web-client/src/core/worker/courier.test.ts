import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SyncResult } from '../protocol';
import { Courier, detail, problem } from './courier';
import type { Leader, Outcome } from './leader';

const send = { do: 'send', method: 'POST', path: '/v1/sync', token: 't', bytes: new Uint8Array([1]) } as const;
const nothing: Outcome = { touched: 0, again: false };

/** A core with so many records waiting; each good answer takes one request's worth. */
function leader(waiting: number): { leader: Leader; events: string[] } {
  const events: string[] = [];
  const fake = {
    status: { waiting, signed_in: true },
    async step({ event, status }: { event: string; status?: number }): Promise<Outcome> {
      events.push(event);
      if (event === 'answer' && status === 200) fake.status.waiting = 0;
      return event === 'sync' ? { ...nothing, send } : nothing;
    },
  };
  return { leader: fake as unknown as Leader, events };
}

const answers = (status: number, body = '', headers = {}): void => {
  vi.stubGlobal('fetch', vi.fn(async () => new Response(body || null, { status, headers })));
};

describe('the courier', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('says how much the server took', async () => {
    answers(200);
    const { leader: one, events } = leader(3);
    const result = await new Courier(one, () => undefined).sync();
    expect(result).toMatchObject({ sent: 3, problem: null });
    expect(events).toEqual(['sync', 'answer']);
  });

  it('tells the core that a request did not get through, and tries again', async () => {
    vi.stubGlobal('fetch', vi.fn(async () => Promise.reject(new TypeError('offline'))));
    const results: SyncResult[] = [];
    const { leader: one, events } = leader(1);
    const courier = new Courier(one, (result) => results.push(result));
    await courier.sync();
    expect(events).toEqual(['sync', 'failed']);
    answers(200);
    await vi.advanceTimersByTimeAsync(4_000);
    expect(results.map((result) => result.problem)).toEqual(['network', null]);
    courier.stop();
  });

  it('keeps trying after many failures', async () => {
    vi.stubGlobal('fetch', vi.fn(async () => Promise.reject(new TypeError('offline'))));
    const { leader: one, events } = leader(1);
    const courier = new Courier(one, () => undefined);
    await courier.sync();
    await vi.advanceTimersByTimeAsync(24 * 3_600_000);
    expect(events.filter((event) => event === 'failed').length).toBeGreaterThan(100);
    courier.stop();
  });

  it('stays away as long as a busy server asks', async () => {
    answers(503, '', { 'Retry-After': '3600' });
    const { leader: one, events } = leader(1);
    const courier = new Courier(one, () => undefined);
    expect((await courier.sync()).problem).toBe('busy');
    await vi.advanceTimersByTimeAsync(3_590_000);
    expect(events.filter((event) => event === 'sync')).toHaveLength(1);
    courier.stop();
  });

  it('goes on after the storage failed in the middle', async () => {
    answers(200);
    const { leader: one, events } = leader(1);
    const step = one.step.bind(one);
    let full = true;
    one.step = async (event) => {
      if (event.event === 'answer' && full) throw new DOMException('full', 'QuotaExceededError');
      return step(event);
    };
    const courier = new Courier(one, () => undefined);
    await expect(courier.sync()).rejects.toThrow('full');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(events.length).toBeGreaterThan(2);
    full = false;
    await vi.advanceTimersByTimeAsync(600_000);
    expect(one.status.waiting).toBe(0);
    courier.stop();
  });

  it('lets neither a save nor a return cut short what the server asked for; the person may', async () => {
    answers(503, '', { 'Retry-After': '3600' });
    const { leader: one, events } = leader(1);
    const courier = new Courier(one, () => undefined);
    await courier.sync();
    courier.soon(0);
    await vi.advanceTimersByTimeAsync(3_000_000);
    expect(events.filter((event) => event === 'sync')).toHaveLength(1);
    answers(200);
    await courier.sync();
    expect(one.status.waiting).toBe(0);
    courier.stop();
  });

  it('soon takes along what was saved during a run', async () => {
    let answer = (): void => undefined;
    vi.stubGlobal('fetch', vi.fn(() => new Promise((resolve) => (answer = () => resolve(new Response())))));
    const { leader: one, events } = leader(1);
    const courier = new Courier(one, () => undefined);
    const run = courier.sync();
    await vi.advanceTimersByTimeAsync(10);
    courier.soon(1_500);
    answer();
    await run;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(events.filter((event) => event === 'sync')).toHaveLength(2);
    courier.stop();
  });

  it('comes back in an hour even to a server that says never', async () => {
    answers(503, '', { 'Retry-After': '999999999' });
    const { leader: one, events } = leader(1);
    const courier = new Courier(one, () => undefined);
    await courier.sync();
    await vi.advanceTimersByTimeAsync(3_700_000);
    expect(events.filter((event) => event === 'sync')).toHaveLength(2);
    courier.stop();
  });

  it('joins the run under way', async () => {
    answers(200);
    const { leader: one, events } = leader(1);
    const courier = new Courier(one, () => undefined);
    await Promise.all([courier.sync(), courier.sync()]);
    expect(events).toEqual(['sync', 'answer']);
    courier.stop();
  });
});

it('puts a status into a kind of problem', () => {
  expect([200, 429, 503, 500, 401].map(problem)).toEqual([null, 'busy', 'busy', 'server', 'refused']);
});

it('reads the words of a problem', () => {
  expect(detail({ title: 'Busy', detail: 'Come back later' })).toBe('Come back later');
  expect(detail({ title: 'Busy' })).toBe('Busy');
  expect(detail('<html>')).toBeNull();
});
