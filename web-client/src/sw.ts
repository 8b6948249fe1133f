/**
 * The service worker: keeps the whole app on the phone, so that it starts with no network at all.
 * Data never passes through here: calls to `/v1` go to the network untouched.
 */
/// <reference lib="webworker" />
interface Entry {
  url: string;
  revision: string | null;
}

const sw = self as unknown as ServiceWorkerGlobalScope & { __WB_MANIFEST: Entry[] };
const entries = (self as unknown as typeof sw).__WB_MANIFEST;

const PREFIX = 'shell-';
const CACHE = PREFIX + fingerprint(entries);

function fingerprint(list: Entry[]): string {
  let hash = 0;
  for (const char of JSON.stringify(list)) hash = (Math.imul(hash, 31) + char.charCodeAt(0)) | 0;
  return (hash >>> 0).toString(36);
}

/** The address an entry is kept under: it changes when the content does. */
function key({ url, revision }: Entry): string {
  const address = new URL(url, sw.registration.scope);
  if (revision) address.searchParams.set('__revision', revision);
  return address.href;
}

const keys = new Map(entries.map((entry) => [new URL(entry.url, sw.registration.scope).pathname, key(entry)]));

/**
 * What an earlier version already keeps under the same address is copied, not fetched again. Nor is what the page has
 * just fetched and the browser still has: a file whose name changes with its content (no revision) is never out of date.
 */
async function install(): Promise<void> {
  const cache = await caches.open(CACHE);
  for (const entry of entries) {
    const kept = await caches.match(key(entry));
    const address = new URL(entry.url, sw.registration.scope);
    const response = kept ?? (await fetch(address, { cache: entry.revision ? 'no-cache' : 'default' }));
    if (!response.ok) throw new Error(`${entry.url}: ${response.status}`);
    await cache.put(key(entry), response);
  }
}

/** The version before is kept too: a tab that still runs it may yet load a part of itself. */
async function tidy(): Promise<void> {
  const older = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(older.slice(0, -1).map((name) => caches.delete(name)));
}

/** What is not kept from the start (the coordinator's desk) is kept once it was used; its name changes with it. */
async function answer(request: Request, pathname: string): Promise<Response> {
  const kept = keys.get(pathname);
  const found = kept ? await (await caches.open(CACHE)).match(kept) : await caches.match(request);
  if (found) return found;
  const response = await fetch(request);
  if (!kept && response.ok) await (await caches.open(CACHE)).put(request, response.clone());
  return response;
}

sw.addEventListener('install', (event) => event.waitUntil(install()));
sw.addEventListener('activate', (event) => event.waitUntil(tidy().then(() => sw.clients.claim())));
sw.addEventListener('message', (event) => {
  if (event.data === 'activate') event.waitUntil(sw.skipWaiting());
  if (event.data === 'claim') event.waitUntil(sw.clients.claim());
});
sw.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== sw.location.origin) return;
  if (event.request.mode === 'navigate') {
    const page = new URL('index.html', sw.registration.scope).pathname;
    if (!isData(url.pathname)) event.respondWith(answer(event.request, page));
  } else if (keys.has(url.pathname) || url.pathname.includes('/assets/')) {
    event.respondWith(answer(event.request, url.pathname));
  }
});

function isData(pathname: string): boolean {
  return pathname.startsWith('/v1/') || pathname === '/healthz' || pathname === '/readyz' || pathname === '/openapi.json';
}
