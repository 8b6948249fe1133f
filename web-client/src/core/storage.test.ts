import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { INSTALL, MemoryHandle, pair } from '../testing/memory-handle';
import { Storage } from './storage';
import { Cache } from './storage/cache';
import { AppendLog } from './storage/log';
import { reconcile } from './storage/reconcile';
import { Reserve } from './storage/reserve';
import { Tally } from './storage/tally';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (storage: Storage): string => new TextDecoder().decode(storage.log());
const page = (...keys: string[]) => ({
  puts: keys.map((key) => ({ key, bytes: bytes(key), rows: [{ id: key }, { id: `${key}2` }] as never })),
  drops: [],
  cursor: undefined,
});
const MEGABYTE = 1024 * 1024;

let cache: Cache;
let files: [MemoryHandle, MemoryHandle, MemoryHandle, MemoryHandle];
let installs: string[];

beforeEach(() => {
  files = [...pair(), ...pair()];
  installs = [INSTALL, 'cd'.repeat(16), 'ef'.repeat(16)];
});
afterEach(() => cache.destroy());

/** A start of the phone with what is left of its stores. */
async function start(): Promise<Storage> {
  (cache as Cache | undefined)?.close();
  cache = await Cache.open();
  const log = AppendLog.open(files[0], files[1], () => installs.shift()!);
  const [tally, reserve] = [new Tally(files[2]), new Reserve(files[3])];
  const storage = new Storage({ log, cache, tally, reserve }, await reconcile(log, cache, tally.read()));
  await storage.contents();
  return storage;
}

/** A phone with two documents of two records each, and something in the log. */
async function used(): Promise<Storage> {
  const storage = await start();
  storage.append(bytes('one'));
  await storage.keep(page('a', 'b'));
  return storage;
}

const wipeFiles = (): void => files.forEach((file) => file.truncate(0));
const wipeCache = (): Promise<void> => cache.destroy();

describe('the two stores of a phone', () => {
  it('know a new phone', async () => {
    expect((await start()).found.loss).toBeNull();
    expect((await start()).found.loss).toBeNull();
  });

  it('agree after a restart', async () => {
    await used();
    const again = await start();
    expect(again.found.loss).toBeNull();
    expect((await again.contents()).documents).toHaveLength(2);
  });

  it('notice that the cache was wiped, and how many records it held', async () => {
    await used();
    await wipeCache();
    const again = await start();
    expect(again.found).toMatchObject({ loss: 'cache_wiped', records: 4 });
    expect(text(again)).toBe('one');
  });

  it('notice that a part of the cache is gone', async () => {
    const storage = await used();
    await storage.keep({ puts: [], drops: [], cursor: new Uint8Array([9]) });
    const db = (cache as unknown as { db: { delete(store: string, key: string): Promise<void> } }).db;
    await db.delete('documents', 'b');
    const again = await start();
    expect(again.found.loss).toBe('cache_wiped');
    expect((await again.contents()).cursor).toBeUndefined();
  });

  it('make a wiped log again from its copy, and keep the lists', async () => {
    const storage = await used();
    storage.append(bytes(' two'));
    storage.follow();
    wipeFiles();
    const again = await start();
    expect(again.found.loss).toBe('log_restored');
    expect(text(again)).toBe('one two');
    expect((await again.contents()).documents).toHaveLength(2);
    expect((await start()).found.loss).toBeNull();
  });

  it('make a wiped log again even when the first attempt is cut short', async () => {
    for (let cut = 0; cut < 40; cut++) {
      files = [...pair(), ...pair()];
      installs = [INSTALL, 'cd'.repeat(16), 'ef'.repeat(16)];
      await used();
      wipeFiles();
      files[1].room = cut;
      await start().catch(() => undefined);
      files[1].room = Infinity;
      expect(text(await start())).toBe('one');
      await cache.destroy();
    }
    await start();
  });

  it('believe the copy when the log has lost its end', async () => {
    const storage = await used();
    storage.append(bytes(' two'));
    storage.follow();
    files[0].truncate(files[0].getSize() - 3);
    const again = await start();
    expect(again.found.loss).toBe('log_restored');
    expect(text(again)).toBe('one two');
  });

  it('believe the log when the copy is behind, and bring it up to date', async () => {
    const storage = await used();
    storage.append(bytes(' two'));
    storage.compact(bytes('sum'));
    const again = await start();
    expect(again.found.loss).toBeNull();
    again.follow();
    wipeFiles();
    expect(text(await start())).toBe('sum');
  });

  it('copy the whole log again after a copying failed', async () => {
    const storage = await used();
    cache.close();
    storage.append(bytes(' two'));
    await expect(storage.keep(page('c'))).rejects.toThrow();
    const again = await start();
    again.follow();
    wipeFiles();
    expect(text(await start())).toBe('one two');
  });

  it('bring nothing back after signing out was cut short', async () => {
    await used();
    await cache.clear({ install: INSTALL, documents: 0 });
    wipeFiles();
    const again = await start();
    expect(again.found.loss).toBeNull();
    expect(text(again)).toBe('');
  });

  it('name what was lost when there was no copy', async () => {
    await start();
    const nothing = { anew: true, parts: [], extent: { generation: 0, size: 0 } };
    await cache.apply(page('a'), INSTALL, nothing);
    await cache.keepFace({ session: {}, status: { waiting: 3 } } as never);
    wipeFiles();
    expect((await start()).found).toMatchObject({ loss: 'log_wiped', unsent: 3 });
    expect((await cache.read()).documents).toEqual([]);
  });

  it('keep a page and its cursor together', async () => {
    const storage = await used();
    await storage.keep({ puts: [{ key: 'office/x', value: '{"a":1}' }], drops: ['a', 'b'], cursor: new Uint8Array([5]) });
    const contents = await storage.contents();
    expect(contents.documents).toEqual([]);
    expect(contents.office).toEqual([['office/x', '{"a":1}']]);
    expect(contents.cursor).toEqual(new Uint8Array([5]));
  });
});

describe('a full phone', () => {
  it('still saves, from the reserve, and says so once', async () => {
    const storage = await used();
    files[3].truncate(MEGABYTE);
    files[0].room = files[0].getSize();
    files[3].onTruncate = () => (files[0].room = Infinity);
    storage.append(bytes(' two'));
    expect(text(storage)).toBe('one two');
    expect([storage.becameTight(), storage.becameTight()]).toEqual([true, false]);
  });

  it('says so when the reserve is used up too', async () => {
    const storage = await used();
    files[0].room = files[0].getSize();
    expect(() => storage.append(bytes(' two'))).toThrow(expect.objectContaining({ name: 'QuotaExceededError' }));
    expect(text(storage)).toBe('one');
  });

  it('goes on with the long log when there is no room for a short one', async () => {
    const storage = await used();
    files[1].room = 10;
    storage.compact(bytes('sum'));
    storage.append(bytes(' two'));
    expect(text(await start())).toBe('one two');
  });
});
