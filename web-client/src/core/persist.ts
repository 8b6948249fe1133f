/** The browser's promise to keep what we store, and how much room there is. */

let asked = false;

/** Asked once something worth keeping is stored: browsers grant it more readily then. */
export async function askToPersist(): Promise<void> {
  if (asked || !navigator.storage?.persist) return;
  asked = true;
  if (!(await navigator.storage.persisted())) await navigator.storage.persist();
}

export interface Meter {
  used_bytes: number;
  room_bytes: number;
  persisted: boolean;
}

export async function storageMeter(): Promise<Meter> {
  const [{ usage = 0, quota = 0 }, persisted] = await Promise.all([
    navigator.storage.estimate(),
    navigator.storage.persisted(),
  ]);
  return { used_bytes: usage, room_bytes: quota, persisted };
}
