/** Whether somebody looks at this page: news is listened for only then, and coming back is a reason to sync. */

/** Said again so often: a page that was killed says nothing any more. */
const AGAIN_MS = 60_000;

export interface Told {
  watch(page: string, visible: boolean): void;
  nudge(): void;
}

/** Tells whenever it changes, and now and then; gives a way to say it at once. */
export function tellWhetherLookedAt(told: Told): () => void {
  const page = crypto.randomUUID();
  const visible = (): boolean => document.visibilityState === 'visible';
  const tell = (): void => told.watch(page, visible());
  document.addEventListener('visibilitychange', () => {
    tell();
    if (visible()) told.nudge();
  });
  addEventListener('online', () => told.nudge());
  addEventListener('pagehide', () => told.watch(page, false));
  addEventListener('pageshow', tell);
  setInterval(() => {
    if (visible()) tell();
  }, AGAIN_MS);
  return tell;
}
