/** Something the desk reads from the server, with when it was read and what went wrong. */
import { untrack } from 'svelte';
import { onNews } from '../core/bell';
import { asProblem, type DeskProblem } from './call';

export class Resource<T> {
  value = $state.raw<T | null>(null);
  at_ms = $state<number | null>(null);
  busy = $state(false);
  problem = $state.raw<DeskProblem | null>(null);
  /** Answers may overtake one another: only the newest question counts. */
  private asked = 0;
  private reading: Promise<void> | null = null;

  /** `keep`: whether what came quietly may take the place of what somebody is looking at. */
  constructor(private load: () => Promise<T>, private keep: (shown: T, came: T) => boolean = () => true) {}

  /** Reads again. What was there stays until the answer comes, and when none comes. */
  refresh(): Promise<void> {
    this.reading = this.read(true);
    return this.reading;
  }

  /** The same without a sign of it, for news that nobody asked for. */
  async refreshQuietly(): Promise<void> {
    // A question under way may have been asked before the news was there.
    if (this.busy) await this.reading;
    await this.read(false);
  }

  private async read(openly: boolean): Promise<void> {
    const mine = ++this.asked;
    if (openly) this.busy = true;
    try {
      const value = await this.load();
      if (mine !== this.asked) return;
      if (openly || this.value === null || this.keep(this.value, value)) this.value = value;
      this.at_ms = Date.now();
      this.problem = null;
    } catch (error) {
      if (mine === this.asked) this.problem = asProblem(error);
    } finally {
      if (mine === this.asked) this.busy = false;
    }
  }
}

interface Refreshable {
  refresh(): Promise<void>;
  refreshQuietly(): Promise<void>;
}

/** Between one quiet reading and the next, however much news there is. */
const REST_MS = 300;

/** One reading at a time; news that comes meanwhile is read for once more at its end. */
export function inTurn(read: () => Promise<void>, rest_ms = REST_MS): () => void {
  let under_way = false;
  let again = false;
  return () => {
    again = true;
    if (under_way) return;
    under_way = true;
    void (async () => {
      while (again) {
        again = false;
        await read();
        await new Promise((resolve) => setTimeout(resolve, rest_ms));
      }
      under_way = false;
    })();
  };
}

/**
 * For an `$effect` of a page: reads now, when there is news, and whenever the person comes back to this window. What the reading looks at
 * is no reason to read again, or the page would never come to rest.
 */
export function keepFresh(resource: Refreshable, rest_ms = REST_MS): () => void {
  const read = (): void => {
    if (document.visibilityState === 'visible') void resource.refresh();
  };
  const news = inTurn(async () => {
    if (document.visibilityState === 'visible') await resource.refreshQuietly();
  }, rest_ms);
  untrack(() => void resource.refresh());
  const silence = onNews(news);
  addEventListener('focus', read);
  addEventListener('online', read);
  document.addEventListener('visibilitychange', read);
  return () => {
    silence();
    removeEventListener('focus', read);
    removeEventListener('online', read);
    document.removeEventListener('visibilitychange', read);
  };
}
