/** What is to be said of a day list that is empty or not whole yet: never "nobody" before the server has said so. */
import type { SyncResult } from '../core/protocol';
import type { Status } from '../core/types';

/**
 * `coming`: the server said how much is due. `first`: this phone has never heard all of it. `lost`: it had, and the
 * browser cleared it. `unsure`: nobody, as of the last exchange. `nobody`: the server has just said so.
 */
export type Arrival = 'coming' | 'first' | 'lost' | 'shown' | 'revoked' | 'nobody' | 'unsure';

interface Here {
  status: Pick<Status, 'last_sync_ms' | 'due' | 'revoked'>;
  /** Whether the list has nothing in it. */
  empty: boolean;
  /** Office values here: the catalogue is everybody's, so a phone without any has lost them. */
  office: number;
  /** How the last exchange since the start ended. */
  synced: Pick<SyncResult, 'problem'> | null;
}

export function arrival({ status, empty, office, synced }: Here): Arrival {
  if (status.due > 0) return 'coming';
  if (status.revoked) return empty ? 'revoked' : 'shown';
  if (status.last_sync_ms === null) return 'first';
  if (office === 0) return 'lost';
  if (!empty) return 'shown';
  return synced && !synced.problem ? 'nobody' : 'unsure';
}
