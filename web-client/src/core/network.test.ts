import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NetworkError, call, json, listen } from './network';

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

describe('a stream of events', () => {
  const stream = (...parts: string[]): Response => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const part of parts) controller.enqueue(new TextEncoder().encode(part));
        controller.close();
      },
    });
    return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
  };
  const to = { path: '/v1/news', language: 'uk', token: 'T' };
  const hear = async (): Promise<string[]> => {
    const heard: string[] = [];
    await listen({ ...to, signal: new AbortController().signal }, (event) => heard.push(event));
    return heard;
  };

  it('tells of each piece that holds events, however it is cut, and of no sign of life', async () => {
    vi.stubGlobal('fetch', async () => stream(': open\n\n', ':\n\nda', 'ta: {"seq":1}\n', '\n:\n\n', 'data: {"seq":2}\n\ndata: {"seq":3}\n\n'));
    expect(await hear()).toEqual(['open', 'poke', 'poke']);
  });

  it('is no stream when a page of a proxy comes instead', async () => {
    vi.stubGlobal('fetch', async () => new Response('<html>data: </html>'));
    expect(await hear()).toEqual([]);
  });

  it('is dead when it is silent', async () => {
    vi.stubGlobal('fetch', (_: string, { signal }: { signal: AbortSignal }) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))));
    const ended = listen({ ...to, signal: new AbortController().signal }, () => undefined).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(61_000);
    expect(await ended).toBeInstanceOf(NetworkError);
  });
});
