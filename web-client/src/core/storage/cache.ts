/**
 * The cache in IndexedDB: documents, what lists show of them, office rows, the cursor. All of it can be had again.
 * Beside it, a copy of the log, in case the log itself is taken away.
 */
import { type DBSchema, type IDBPDatabase, deleteDB, openDB } from 'idb';
import type { CachePut, Identity, RecordRow, Status } from '../types';
import type { Copying, Extent } from './mirror';

export const DATABASE = 'footpath';

interface Stores extends DBSchema {
  documents: { key: string; value: Uint8Array };
  rows: { key: string; value: RecordRow[] };
  office: { key: string; value: string };
  /** The copy of the log: parts by their place in it. */
  copy: { key: number; value: Uint8Array };
  meta: { key: 'cursor' | 'sentinel' | 'face'; value: unknown };
}

/** Says whose cache this is and how much must be in it, so that a wipe of either store is noticed. */
export interface Sentinel {
  install: string;
  documents: number;
  /** How far the copy of the log reaches; none is there until it was made. */
  copied?: Extent;
}

/** What changes in one transaction. */
export interface Change {
  puts: CachePut[];
  drops: string[];
  cursor: Uint8Array | undefined;
}

const NOTHING: Change = { puts: [], drops: [], cursor: undefined };

/** Enough to draw the first page before the core is awake: who this is, and how things stood. */
export interface Face {
  session: Identity;
  status: Status;
}

export interface Contents {
  documents: [key: string, bytes: Uint8Array][];
  rows: [key: string, rows: RecordRow[]][];
  office: [key: string, json: string][];
  cursor: Uint8Array | undefined;
}

const STORES = ['documents', 'rows', 'office', 'copy', 'meta'] as const;

export class Cache {
  private constructor(private db: IDBPDatabase<Stores>) {}

  /** `taken` is called when the browser takes the whole cache away while it is in use. */
  static async open(taken: () => void = () => undefined): Promise<Cache> {
    const open = (): Promise<IDBPDatabase<Stores>> =>
      openDB<Stores>(DATABASE, 2, {
        upgrade(db) {
          for (const store of STORES) if (!db.objectStoreNames.contains(store)) db.createObjectStore(store);
        },
        terminated: taken,
      });
    // One that does not open is of no use to anybody: the next is filled from the log and from the server.
    return new Cache(await open().catch(() => deleteDB(DATABASE).then(open)));
  }

  async sentinel(): Promise<Sentinel | undefined> {
    return (await this.db.get('meta', 'sentinel')) as Sentinel | undefined;
  }

  async count(): Promise<number> {
    return this.db.count('documents');
  }

  async read(): Promise<Contents> {
    const tx = this.db.transaction(['documents', 'rows', 'office', 'meta']);
    const [documents, rows, office, cursor] = await Promise.all([
      pairs(tx.objectStore('documents')),
      pairs(tx.objectStore('rows')),
      pairs(tx.objectStore('office')),
      tx.objectStore('meta').get('cursor'),
    ]);
    return { documents, rows, office, cursor: cursor as Uint8Array | undefined };
  }

  /** The copy of the log, as far as it goes. */
  async copied(): Promise<Uint8Array> {
    return joined(await this.db.getAll('copy'));
  }

  /**
   * One change in one transaction: a page of the pull and its cursor are stored together or not at all. The copy of the
   * log goes along, so that it never knows less than the lists that were drawn from it.
   */
  async apply({ puts, drops, cursor }: Change, install: string, copying: Copying): Promise<void> {
    const tx = this.db.transaction(STORES, 'readwrite');
    // Whoever waits for the transaction hears of it; not each single write besides.
    const done = tx.done;
    done.catch(() => undefined);
    const [documents, rows, office, copy, meta] = STORES.map((name) => tx.objectStore(name)) as never as [
      Writable<Uint8Array>, Writable<RecordRow[]>, Writable<string>, Writable<Uint8Array, number>, Writable<unknown>,
    ];
    for (const put of puts) {
      if (put.bytes) quietly(documents.put(put.bytes, put.key));
      if (put.rows) quietly(rows.put(put.rows, put.key));
      if (put.value !== undefined) quietly(office.put(put.value, put.key));
    }
    for (const key of drops) for (const store of [documents, rows, office]) quietly(store.delete(key));
    if (cursor) quietly(meta.put(cursor, 'cursor'));
    if (copying.anew) quietly(copy.clear());
    for (const { at, bytes } of copying.parts) quietly(copy.put(bytes, at));
    const count = await tx.objectStore('documents').count();
    quietly(meta.put({ install, documents: count, copied: copying.extent } satisfies Sentinel, 'sentinel'));
    await done;
  }

  /** Only what the copy of the log lacks. */
  async follow(install: string, copying: Copying): Promise<void> {
    await this.apply(NOTHING, install, copying);
  }

  async face(): Promise<Face | undefined> {
    return (await this.db.get('meta', 'face')) as Face | undefined;
  }

  async keepFace(face: Face): Promise<void> {
    await this.db.put('meta', face, 'face');
  }

  async clear(sentinel: Sentinel): Promise<void> {
    const tx = this.db.transaction(STORES, 'readwrite');
    for (const store of STORES) void tx.objectStore(store).clear();
    void tx.objectStore('meta').put(sentinel, 'sentinel');
    await tx.done;
  }

  close(): void {
    this.db.close();
  }

  async destroy(): Promise<void> {
    this.db.close();
    await deleteDB(DATABASE);
  }
}

interface Writable<V, K = string> {
  put(value: V, key: K): Promise<unknown>;
  delete(key: K): Promise<void>;
  clear(): Promise<void>;
}

/** A write that fails ends its transaction, and that is what is waited for. */
function quietly(write: Promise<unknown>): void {
  write.catch(() => undefined);
}

function joined(parts: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

async function pairs<V>(store: { getAllKeys(): Promise<string[]>; getAll(): Promise<V[]> }): Promise<[string, V][]> {
  const [keys, values] = await Promise.all([store.getAllKeys(), store.getAll()]);
  return keys.map((key, i) => [key, values[i] as V]);
}
