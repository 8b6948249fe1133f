/**
 * At every start the two stores are held against each other: each says whose it is and how much belongs into the other.
 * What one has lost is made again from the other; what neither has any more is named.
 */
import type { Cache } from './cache';
import type { AppendLog } from './log';
import { type Extent, ahead } from './mirror';

/** `cache_wiped`: lists come again from the server. `log_restored`: from its copy. `log_wiped`: there was no copy. */
export type Loss = 'cache_wiped' | 'log_restored' | 'log_wiped';

export interface Found {
  loss: Loss | null;
  /** How many records the lists held. */
  records: number;
  /** How many records were lost before they were sent; `null` when none was. */
  unsent: number | null;
  /** How far the copy of the log reaches. */
  copied: Extent | undefined;
}

const ALL_WELL: Found = { loss: null, records: 0, unsent: null, copied: undefined };

/** `tallied` is what was noted beside the log: how many records the cache held. */
export async function reconcile(log: AppendLog, cache: Cache, tallied: number): Promise<Found> {
  const sentinel = await cache.sentinel();
  const copied = sentinel?.copied;
  const forgotten = log.extent.size === 0;
  if (sentinel && copied && copied.size > 0 && (forgotten || (sentinel.install === log.install && ahead(copied, log.extent)))) {
    log.restore(await cache.copied(), sentinel.install, copied.generation);
    return { ...ALL_WELL, loss: 'log_restored', records: tallied };
  }
  if (sentinel?.install === log.install && (await cache.count()) >= sentinel.documents) return { ...ALL_WELL, copied };
  const face = await cache.face();
  await cache.clear({ install: log.install, documents: 0 });
  if (!forgotten) return { ...ALL_WELL, loss: 'cache_wiped', records: tallied };
  // Nobody had signed in here: nothing was lost.
  if (!face) return ALL_WELL;
  return { ...ALL_WELL, loss: 'log_wiped', unsent: face.status.waiting };
}
