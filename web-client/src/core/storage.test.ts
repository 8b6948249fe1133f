import 'fake-indexeddb/auto';
import { afterEach, describe, expect, it } from 'vitest';
import { INSTALL, pair } from '../testing/memory-handle';
import { reconcile } from './storage';
import { Cache } from './storage/cache';
import { AppendLog } from './storage/log';

const put = { key: 'doc', bytes: new Uint8Array([1]), rows: [] };

let cache: Cache;
afterEach(() => cache.destroy());

function log(used: boolean): AppendLog {
  const [a, b] = pair();
  const first = AppendLog.open(a, b, () => INSTALL);
  if (!used) return first;
  first.append(new Uint8Array([7]));
  return AppendLog.open(a, b, () => INSTALL);
}

describe('the two stores of a phone', () => {
  it('know a fresh installation', async () => {
    cache = await Cache.open();
    expect(await reconcile(log(false), cache)).toEqual({ what: null, waiting: 0 });
  });

  it('agree after a restart', async () => {
    cache = await Cache.open();
    await cache.apply([put], [], undefined, INSTALL);
    expect(await reconcile(log(true), cache)).toEqual({ what: null, waiting: 0 });
    expect((await cache.read()).documents).toHaveLength(1);
  });

  it('notice that the cache was wiped', async () => {
    cache = await Cache.open();
    expect(await reconcile(log(true), cache)).toEqual({ what: 'cache', waiting: 0 });
  });

  it('notice that a part of the cache is gone', async () => {
    cache = await Cache.open();
    await cache.apply([put, { ...put, key: 'other' }], [], new Uint8Array([9]), INSTALL);
    await cache.apply([], [], undefined, INSTALL);
    const db = (cache as unknown as { db: { delete(store: string, key: string): Promise<void> } }).db;
    await db.delete('documents', 'other');
    expect((await reconcile(log(true), cache)).what).toBe('cache');
    expect((await cache.read()).cursor).toBeUndefined();
  });

  it('notice that the log was wiped, and how much waited in it', async () => {
    cache = await Cache.open();
    await cache.apply([put], [], undefined, 'cd'.repeat(16));
    await cache.keepFace({ session: {}, status: { waiting: 3 } } as never);
    expect(await reconcile(log(false), cache)).toEqual({ what: 'log', waiting: 3 });
    expect((await cache.read()).documents).toEqual([]);
  });

  it('keep a page and its cursor together', async () => {
    cache = await Cache.open();
    await cache.apply([put, { key: 'office/x', value: '{"a":1}' }], [], new Uint8Array([5]), INSTALL);
    await cache.apply([], ['doc'], undefined, INSTALL);
    const contents = await cache.read();
    expect(contents.documents).toEqual([]);
    expect(contents.office).toEqual([['office/x', '{"a":1}']]);
    expect(contents.cursor).toEqual(new Uint8Array([5]));
  });
});
