/** The one module (besides the service worker) that reaches the network. */

export type NetworkKind = 'network' | 'timeout';

export class NetworkError extends Error {
  constructor(readonly kind: NetworkKind) {
    super(kind);
  }
}

export interface Answer {
  status: number;
  bytes: Uint8Array;
  /** How long the server asks us to stay away, in ms. */
  retry_after_ms: number | null;
}

interface Call {
  method: string;
  path: string;
  language: string;
  token?: string;
  type?: string;
  bytes?: Uint8Array;
}

/** Silence this long ends a call. On a slow link any received byte starts the count again. */
const SILENCE_MS = 30_000;
/** A slow link still uploads this much in a second; a big request gets its time on top. */
const SLOWEST_BYTES_PER_S = 1_000;

/** Ends a call after a silence, and only then: a download that crawls is alive. */
export function watchdog(silence_ms: number, extra_ms: number, fire: () => void): { alive(): void; stop(): void } {
  let timer = setTimeout(fire, silence_ms + extra_ms);
  return {
    alive() {
      clearTimeout(timer);
      timer = setTimeout(fire, silence_ms);
    },
    stop: () => clearTimeout(timer),
  };
}

async function readAll(body: ReadableStream<Uint8Array>, alive: () => void): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const reader = body.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    alive();
    parts.push(next.value);
  }
  const all = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function retryAfter(value: string | null): number | null {
  const seconds = Number(value);
  return value && Number.isFinite(seconds) ? seconds * 1000 : null;
}

export async function call({ method, path, language, token, type, bytes }: Call): Promise<Answer> {
  const abort = new AbortController();
  let silent = false;
  const upload_ms = ((bytes?.length ?? 0) / SLOWEST_BYTES_PER_S) * 1000;
  const watch = watchdog(SILENCE_MS, upload_ms, () => {
    silent = true;
    abort.abort();
  });
  const headers: Record<string, string> = { 'Accept-Language': language };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (type) headers['Content-Type'] = type;
  try {
    const response = await fetch(path, {
      method, headers, cache: 'no-store', credentials: 'omit', signal: abort.signal,
      body: (bytes as Uint8Array<ArrayBuffer> | undefined) ?? null,
    });
    watch.alive();
    const received = response.body ? await readAll(response.body, watch.alive) : new Uint8Array();
    return { status: response.status, bytes: received, retry_after_ms: retryAfter(response.headers.get('Retry-After')) };
  } catch {
    throw new NetworkError(silent ? 'timeout' : 'network');
  } finally {
    watch.stop();
  }
}

/** How a stream ended; `status` is 200 when it was open at all. */
export interface Ended {
  status: number;
  retry_after_ms: number | null;
}

/** A stream shows a sign of life every 25 s; silent for so long it is dead, whatever the phone's radio says. */
const STREAM_SILENCE_MS = 60_000;

interface Listening {
  path: string;
  language: string;
  token: string;
  signal: AbortSignal;
}

/** Reads a stream of server-sent events until it ends: tells of its opening, and of each event. */
export async function listen({ path, language, token, signal }: Listening, heard: (event: 'open' | 'poke') => void): Promise<Ended> {
  const abort = new AbortController();
  const end = (): void => abort.abort();
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  const watch = watchdog(STREAM_SILENCE_MS, 0, end);
  try {
    const headers = { 'Accept-Language': language, Authorization: `Bearer ${token}`, Accept: 'text/event-stream' };
    const response = await fetch(path, { headers, cache: 'no-store', credentials: 'omit', signal: abort.signal });
    const { status } = response;
    const type = response.headers.get('Content-Type') ?? '';
    if (status === 200 && type.startsWith('text/event-stream') && response.body) {
      heard('open');
      // Events are told apart by an empty line; what begins with a colon is a sign of life.
      let text = '';
      const reader = response.body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        watch.alive();
        const events = (text + next.value).split('\n\n');
        text = events.pop() ?? '';
        if (events.some((event) => event.startsWith('data:'))) heard('poke');
      }
    } else {
      await response.body?.cancel();
    }
    return { status, retry_after_ms: retryAfter(response.headers.get('Retry-After')) };
  } catch {
    throw new NetworkError('network');
  } finally {
    watch.stop();
    signal.removeEventListener('abort', end);
  }
}

/** The JSON of an answer; an answer that is no JSON (a proxy's page) is null. */
export function json(answer: Answer): unknown {
  if (answer.bytes.length === 0) return null;
  try {
    return JSON.parse(new TextDecoder().decode(answer.bytes));
  } catch {
    return null;
  }
}
