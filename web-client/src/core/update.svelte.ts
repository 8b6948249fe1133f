/** A new version of the app: offered, never forced, and never over a form with something typed in it. */

class Update {
  /** A new version is here and waits for a yes. */
  ready = $state(false);
  /** Forms with unsaved typing; while there are any the offer is held back. */
  dirtyForms = $state(0);
  postponed = $state(false);
  offered = $derived(this.ready && !this.postponed && this.dirtyForms === 0);
}

export const update = new Update();

let waiting: ServiceWorker | null = null;
let agreed = false;

function offer(worker: ServiceWorker | null): void {
  if (!worker) return;
  waiting = worker;
  update.ready = true;
}

export async function registerServiceWorker(): Promise<void> {
  if (!('serviceWorker' in navigator) || import.meta.env.DEV) return;
  const registration = await navigator.serviceWorker.register('./sw.js', { scope: './' });
  void askToBeClaimed(registration);
  offer(registration.waiting);
  registration.addEventListener('updatefound', () => {
    const coming = registration.installing;
    coming?.addEventListener('statechange', () => {
      if (coming.state === 'installed' && navigator.serviceWorker.controller) offer(coming);
    });
  });
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    if (agreed) location.reload();
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'visible') return;
    update.postponed = false;
    void registration.update().catch(() => undefined);
  });
}

/** How often a page asks to be claimed, a second apart: some browsers never do it for a page loaded past the cache. */
const CLAIMS = 60;

/**
 * A page that was on its way while the service worker went from installed to active is missed by its claim, and would
 * have nothing to start from without a network: so it asks, until it is taken.
 */
async function askToBeClaimed(registration: ServiceWorkerRegistration): Promise<void> {
  await navigator.serviceWorker.ready;
  let left = CLAIMS;
  const ask = (): void => {
    if (navigator.serviceWorker.controller || left-- === 0) clearInterval(again);
    else registration.active?.postMessage('claim');
  };
  const again = setInterval(ask, 1_000);
  ask();
}

/** Asked again until it happens: a worker that is just being started may miss the first time. */
export function updateNow(): void {
  agreed = true;
  const ask = (): void => waiting?.postMessage('activate');
  ask();
  setInterval(ask, 1_000);
}

export function updateLater(): void {
  update.postponed = true;
}
