/** Something the desk reads from the server, with when it was read and what went wrong. */
import { untrack } from 'svelte';
import { asProblem, type DeskProblem } from './call';

export class Resource<T> {
  value = $state.raw<T | null>(null);
  at_ms = $state<number | null>(null);
  busy = $state(false);
  problem = $state.raw<DeskProblem | null>(null);
  /** Answers may overtake one another: only the newest question counts. */
  private asked = 0;

  constructor(private load: () => Promise<T>) {}

  /** Reads again. What was there stays until the answer comes, and when none comes. */
  async refresh(): Promise<void> {
    const mine = ++this.asked;
    this.busy = true;
    try {
      const value = await this.load();
      if (mine !== this.asked) return;
      this.value = value;
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
}

/**
 * For an `$effect` of a page: reads now, and whenever the person comes back to this window. What the reading looks at
 * is no reason to read again, or the page would never come to rest.
 */
export function keepFresh(resource: Refreshable): () => void {
  const read = (): void => {
    if (document.visibilityState === 'visible') void resource.refresh();
  };
  untrack(() => void resource.refresh());
  addEventListener('focus', read);
  addEventListener('online', read);
  document.addEventListener('visibilitychange', read);
  return () => {
    removeEventListener('focus', read);
    removeEventListener('online', read);
    document.removeEventListener('visibilitychange', read);
  };
}
