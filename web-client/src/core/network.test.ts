import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { NetworkError, call, json } from './network';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A body that comes in pieces, so many milliseconds apart. */
function slowBody(pieces: number, every_ms: number): ReadableStream<Uint8Array> {
  let left = pieces;
  return new ReadableStream({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, every_ms));
      if (left-- > 0) controller.enqueue(new Uint8Array([left]));
      else controller.close();
    },
  });
}

const get = { method: 'GET', path: '/v1/x', language: 'uk' };

it('takes a download that crawls for minutes, as long as bytes come', async () => {
  vi.stubGlobal('fetch', async () => new Response(slowBody(20, 20_000)));
  const answer = call(get);
  await vi.advanceTimersByTimeAsync(21 * 20_000);
  expect((await answer).bytes).toHaveLength(20);
});

it('gives up after a silence', async () => {
  vi.stubGlobal('fetch', (_: string, { signal }: { signal: AbortSignal }) =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))));
  const answer = call(get).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(31_000);
  expect(await answer).toBeInstanceOf(NetworkError);
  expect(((await answer) as NetworkError).kind).toBe('timeout');
});

it('sends the language, the token and the type, and nothing of the browser', async () => {
  const fetch = vi.fn(async () => new Response('{"a":1}'));
  vi.stubGlobal('fetch', fetch);
  const answer = await call({ ...get, token: 'T', type: 'application/json', bytes: new Uint8Array([1]) });
  const [, options] = fetch.mock.calls[0] as never as [string, RequestInit];
  expect(options.headers).toEqual({ 'Accept-Language': 'uk', Authorization: 'Bearer T', 'Content-Type': 'application/json' });
  expect(options.credentials).toBe('omit');
  expect(json(answer)).toEqual({ a: 1 });
});

it('takes a page of a proxy for no JSON at all', async () => {
  vi.stubGlobal('fetch', async () => new Response('<html>'));
  expect(json(await call(get))).toBeNull();
});
