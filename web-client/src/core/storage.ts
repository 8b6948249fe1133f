/**
 * Everything this phone keeps: the log (truth, in OPFS) and the cache (IndexedDB), each with what it takes to make the
 * other again.
 */
import { Cache, type Change, type Contents, type Face } from './storage/cache';
import { AppendLog, type Handle } from './storage/log';
import { Mirror } from './storage/mirror';
import { type Found, reconcile } from './storage/reconcile';
import { Reserve } from './storage/reserve';
import { Tally } from './storage/tally';

const FOLDER = 'footpath';
const FILES = ['log-a', 'log-b', 'tally', 'reserve'] as const;

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

export interface Parts {
  log: AppendLog;
  cache: Cache;
  tally: Tally;
  reserve: Reserve;
}

export class Storage {
  /** Called when the browser takes the cache away while it is in use. */
  onTaken: () => void = () => undefined;
  private tight = false;
  private mirror: Mirror;
  /** Records of each document in the lists. */
  private records = new Map<string, number>();

  constructor(private parts: Parts, readonly found: Found) {
    this.mirror = new Mirror(parts.log, found.copied);
  }

  static async open(): Promise<Storage> {
    const at = await folder();
    const [a, b, tallied, reserved] = (await Promise.all(FILES.map((name) => open(at, name)))) as [Handle, Handle, Handle, Handle];
    const [tally, reserve] = [new Tally(tallied), new Reserve(reserved)];
    const log = AppendLog.open(a, b, newInstall);
    let taken = (): void => undefined;
    const cache = await Cache.open(() => taken());
    const storage = new Storage({ log, cache, tally, reserve }, await reconcile(log, cache, tally.read()));
    taken = () => storage.onTaken();
    reserve.fill();
    return storage;
  }

  log(): Uint8Array {
    return this.parts.log.read();
  }

  async contents(): Promise<Contents> {
    const contents = await this.parts.cache.read();
    this.records = new Map(contents.rows.map(([doc, rows]) => [doc, rows.length]));
    return contents;
  }

  face(): Promise<Face | undefined> {
    return this.parts.cache.face();
  }

  /** Only a picture of how things stand: nobody waits for it, and nothing is lost without it. */
  keepFace(face: Face): void {
    this.parts.cache.keepFace(face).catch(() => undefined);
  }

  /** Returns only when the bytes are on the disk. */
  append(bytes: Uint8Array): void {
    const { log, reserve } = this.parts;
    const at = log.extent.size;
    try {
      log.append(bytes);
    } catch (error) {
      if (!reserve.release()) throw error;
      log.append(bytes);
      this.tight = true;
    }
    this.mirror.append(bytes, at);
  }

  /** Whether the log only fits since the reserve was given back; asked, it is told once. */
  becameTight(): boolean {
    const { tight } = this;
    this.tight = false;
    return tight;
  }

  /** Housekeeping: where there is no room for it, the long log does as well. */
  compact(bytes: Uint8Array): void {
    try {
      this.parts.log.replace(bytes);
      this.mirror.startAnew();
    } catch {
      // The log in use was not touched.
    }
  }

  /** Changes the cache in one transaction, the copy of the log with it. */
  async keep(change: Change): Promise<void> {
    await this.copying((copying) => this.parts.cache.apply(change, this.parts.log.install, copying));
    for (const { key, rows } of change.puts) if (rows) this.records.set(key, rows.length);
    for (const key of change.drops) this.records.delete(key);
    this.parts.tally.note([...this.records.values()].reduce((sum, count) => sum + count, 0));
  }

  /** Brings the copy of the log up to date. Nobody waits for it: it makes up for a second misfortune, not for the first. */
  follow(): void {
    if (!this.mirror.behind) return;
    this.copying((copying) => this.parts.cache.follow(this.parts.log.install, copying)).catch(() => undefined);
  }

  private async copying(store: (copying: ReturnType<Mirror['take']>) => Promise<void>): Promise<void> {
    try {
      await store(this.mirror.take());
    } catch (error) {
      this.mirror.startAnew();
      throw error;
    }
  }

  close(): void {
    for (const part of Object.values(this.parts)) part.close();
  }

  /** Removes everything; the storage cannot be used afterwards. The copy goes first: nothing must come back from it. */
  async destroy(): Promise<void> {
    const { log, cache } = this.parts;
    await cache.clear({ install: log.install, documents: 0 });
    this.close();
    const root = await navigator.storage.getDirectory();
    await root.removeEntry(FOLDER, { recursive: true });
    await cache.destroy();
  }
}

export const openStorage = (): Promise<Storage> => Storage.open();
