/** The cache in IndexedDB: documents, what lists show of them, office rows, the cursor. All of it can be had again. */
import { type DBSchema, type IDBPDatabase, deleteDB, openDB } from 'idb';
import type { CachePut, Identity, RecordRow, Status } from '../types';

export const DATABASE = 'footpath';

interface Stores extends DBSchema {
  documents: { key: string; value: Uint8Array };
  rows: { key: string; value: RecordRow[] };
  office: { key: string; value: string };
  meta: { key: 'cursor' | 'sentinel' | 'face'; value: unknown };
}

/** Says whose cache this is and how much must be in it, so that a wipe is noticed. */
export interface Sentinel {
  install: string;
  documents: number;
}

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

const STORES = ['documents', 'rows', 'office', 'meta'] as const;

export class Cache {
  private constructor(private db: IDBPDatabase<Stores>) {}

  static async open(): Promise<Cache> {
    const db = await openDB<Stores>(DATABASE, 1, {
      upgrade(db) {
        for (const store of STORES) db.createObjectStore(store);
      },
    });
    return new Cache(db);
  }

  async sentinel(): Promise<Sentinel | undefined> {
    return (await this.db.get('meta', 'sentinel')) as Sentinel | undefined;
  }

  async count(): Promise<number> {
    return this.db.count('documents');
  }

  async read(): Promise<Contents> {
    const tx = this.db.transaction(STORES);
    const [documents, rows, office, cursor] = await Promise.all([
      pairs(tx.objectStore('documents')),
      pairs(tx.objectStore('rows')),
      pairs(tx.objectStore('office')),
      tx.objectStore('meta').get('cursor'),
    ]);
    return { documents, rows, office, cursor: cursor as Uint8Array | undefined };
  }

  /** One `cache` effect in one transaction: a page of the pull and its cursor are stored together or not at all. */
  async apply(puts: CachePut[], drops: string[], cursor: Uint8Array | undefined, install: string): Promise<void> {
    const tx = this.db.transaction(STORES, 'readwrite');
    const [documents, rows, office, meta] = STORES.map((name) => tx.objectStore(name)) as never as [
      Writable<Uint8Array>, Writable<RecordRow[]>, Writable<string>, Writable<unknown>,
    ];
    for (const put of puts) {
      if (put.bytes) void documents.put(put.bytes, put.key);
      if (put.rows) void rows.put(put.rows, put.key);
      if (put.value !== undefined) void office.put(put.value, put.key);
    }
    for (const key of drops) for (const store of [documents, rows, office]) void store.delete(key);
    if (cursor) void meta.put(cursor, 'cursor');
    const count = await tx.objectStore('documents').count();
    void meta.put({ install, documents: count } satisfies Sentinel, 'sentinel');
    await tx.done;
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

  async destroy(): Promise<void> {
    this.db.close();
    await deleteDB(DATABASE);
  }
}

interface Writable<V> {
  put(value: V, key: string): Promise<unknown>;
  delete(key: string): Promise<void>;
}

async function pairs<V>(store: { getAllKeys(): Promise<string[]>; getAll(): Promise<V[]> }): Promise<[string, V][]> {
  const [keys, values] = await Promise.all([store.getAllKeys(), store.getAll()]);
  return keys.map((key, i) => [key, values[i] as V]);
}
