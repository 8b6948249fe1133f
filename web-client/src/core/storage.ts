/** Everything this phone keeps: the log (truth, OPFS) and the cache (IndexedDB), and whether either was wiped. */
import { Cache } from './storage/cache';
import { AppendLog, type Handle } from './storage/log';

/** `cache`: lists are loaded again by themselves. `log`: unsent work, if there was any, is gone. */
export type Wiped = 'cache' | 'log' | null;

export interface Storage {
  log: AppendLog;
  cache: Cache;
  wiped: { what: Wiped; waiting: number };
  /** Removes everything; the storage cannot be used afterwards. */
  destroy(): Promise<void>;
}

const FOLDER = 'footpath';
const FILES = ['log-a', 'log-b'] as const;

async function folder(): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle(FOLDER, { create: true });
}

/** A tab that has just died may hold its files for a moment longer than its lock. */
const PATIENCE_MS = 10_000;
const PAUSE_MS = 100;

async function open(at: FileSystemDirectoryHandle, name: string): Promise<Handle> {
  const file = await at.getFileHandle(name, { create: true });
  for (const end = Date.now() + PATIENCE_MS; ; ) {
    try {
      return (await file.createSyncAccessHandle()) as Handle;
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

function newInstall(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Compares the two stores; a cache of another installation is never mixed with this log. */
export async function reconcile(log: AppendLog, cache: Cache): Promise<Storage['wiped']> {
  const sentinel = await cache.sentinel();
  const [documents, face] = await Promise.all([cache.count(), cache.face()]);
  if (sentinel?.install === log.install && documents >= sentinel.documents) return { what: null, waiting: 0 };
  await cache.clear({ install: log.install, documents: 0 });
  if (log.fresh) return { what: sentinel ? 'log' : null, waiting: face?.status.waiting ?? 0 };
  return { what: log.read().length > 0 ? 'cache' : null, waiting: 0 };
}

export async function openStorage(): Promise<Storage> {
  const at = await folder();
  const [a, b] = await Promise.all(FILES.map((name) => open(at, name)));
  const log = AppendLog.open(a!, b!, newInstall);
  const cache = await Cache.open();
  const wiped = await reconcile(log, cache);
  return {
    log,
    cache,
    wiped,
    async destroy() {
      log.close();
      const root = await navigator.storage.getDirectory();
      await root.removeEntry(FOLDER, { recursive: true });
      await cache.destroy();
    },
  };
}
