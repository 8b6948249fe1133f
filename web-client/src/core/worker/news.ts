/**
 * Listens for news while somebody looks, and only then: a stream keeps a phone's radio awake. It is opened again when
 * it ends; when it cannot be opened, what is open reads again at each try, so that news comes late and not never.
 */
import type { Ended } from '../network';
import { nextDelay } from './schedule';

/** A page that has not said for so long that it is visible is gone: a killed tab says nothing. */
export const LEASE_MS = 150_000;
/** A stream that lived this long was a good one: what comes after it begins anew. */
const GOOD_MS = 20_000;
/** Everybody's stream ends when a server is started again: they do not come back in the same moment. */
const REOPEN_MS = 2_000;
/** The longest wait of an open page for a stream, unless the server asks for more. */
const CEILING_MS = 60_000;

export interface Parts {
  /** Reads the stream to its end; rejects when there is no network. */
  listen(heard: (event: 'open' | 'poke') => void, signal: AbortSignal): Promise<Ended>;
  /** There may be news; `poll` when nobody said so. */
  news(why: 'poke' | 'poll'): void;
}

export class News {
  private looking = new Map<string, number>();
  private open: AbortController | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;

  constructor(private parts: Parts) {}

  /** A page says whether somebody looks at it; it says so again now and then. */
  watch(page: string, visible: boolean): void {
    if (visible) this.looking.set(page, Date.now() + LEASE_MS);
    else this.looking.delete(page);
    if (!this.watched()) this.stop();
    else if (!this.open && this.timer === undefined) void this.begin();
  }

  /** There is a network again: no need to wait any longer. */
  hurry(): void {
    if (!this.watched() || this.open) return;
    clearTimeout(this.timer);
    this.failures = 0;
    void this.begin();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.open?.abort();
    this.open = null;
  }

  private watched(): boolean {
    for (const [page, until] of this.looking) if (until < Date.now()) this.looking.delete(page);
    return this.looking.size > 0;
  }

  private async begin(): Promise<void> {
    this.timer = undefined;
    if (!this.watched()) return;
    const mine = new AbortController();
    this.open = mine;
    const before = this.failures;
    let good_from: number | null = null;
    const heard = (event: 'open' | 'poke'): void => {
      if (event === 'open') good_from = Date.now();
      // What came while nobody listened was said to nobody.
      if (event === 'poke') this.parts.news('poke');
      else if (before > 0) this.parts.news('poll');
    };
    const ended = await this.parts.listen(heard, mine.signal).catch((): Ended => ({ status: 0, retry_after_ms: null }));
    if (this.open !== mine) return;
    this.open = null;
    const good = good_from !== null && Date.now() - good_from >= GOOD_MS;
    this.failures = good ? 0 : before + 1;
    if (!good && good_from === null) this.parts.news('poll');
    this.later(good ? REOPEN_MS * Math.random() : this.wait(ended));
  }

  private wait({ status, retry_after_ms }: Ended): number {
    const grown = Math.min(CEILING_MS, nextDelay(this.failures, Math.random(), null));
    // A device that was revoked or is not known hears no news; it still asks now and then, for that may change.
    return Math.max(status === 401 || status === 403 ? CEILING_MS : grown, retry_after_ms ?? 0);
  }

  private later(after_ms: number): void {
    this.timer = setTimeout(() => void this.begin(), after_ms);
  }
}
