/** Which phones need a hand: the view for "who has not been heard of for days". */
import type { DeviceItem } from './types';

const DAY_MS = 86_400_000;

/** A phone of a worker in the villages is often without signal for a day or two; longer deserves a call. */
export const QUIET_DAYS = 3;
/** Numbers of parcels told at most. */
const FEW = 5;
/** A clock further off than this puts wrong times into records. */
export const CLOCK_MS = 5 * 60_000;

export const revoked = ({ revoked_ms }: DeviceItem): boolean => revoked_ms !== null && revoked_ms !== undefined;

/** Whole days since the device was last heard of; since it was connected when it never was. */
export function quietDays({ last_sync_ms, enrolled_ms }: DeviceItem, now_ms: number): number {
  return Math.max(0, Math.floor((now_ms - (last_sync_ms ?? enrolled_ms)) / DAY_MS));
}

export function missingCount({ missing }: DeviceItem): number {
  return missing.reduce((all, [first, last]) => all + last - first + 1, 0);
}

/** Keeps a range in one line. */
const JOINED = '\u2060–\u2060';

/** As people write numbers: "4–6, 9". Of many the first few, for nobody reads more. */
export function numbers(ranges: readonly (readonly number[])[]): string {
  const words = [...ranges]
    .sort(([a = 0], [b = 0]) => a - b)
    .map(([first, last]) => (first === last || last === undefined ? `${first}` : `${first}${JOINED}${last}`));
  return words.slice(0, FEW).join(', ') + (words.length > FEW ? ' …' : '');
}

export type Trouble = 'quiet' | 'missing' | 'forks' | 'clock' | 'set_aside';

export function troubles(device: DeviceItem, now_ms: number): Trouble[] {
  if (revoked(device)) return [];
  const found: Trouble[] = [];
  if (quietDays(device, now_ms) >= QUIET_DAYS) found.push('quiet');
  if (missingCount(device) > 0) found.push('missing');
  if (device.forks.length > 0) found.push('forks');
  if (Math.abs(device.clock_offset_ms ?? 0) > CLOCK_MS) found.push('clock');
  if ((device.set_aside ?? 0) > 0) found.push('set_aside');
  return found;
}

/** First those that need a hand, the longest silent on top; then the rest by name; the revoked at the end. */
export function byNeed(devices: DeviceItem[], now_ms: number): DeviceItem[] {
  const rank = (one: DeviceItem): number => (revoked(one) ? 2 : troubles(one, now_ms).length > 0 ? 0 : 1);
  return [...devices].sort((a, b) =>
    rank(a) - rank(b) ||
    (rank(a) === 0 ? quietDays(b, now_ms) - quietDays(a, now_ms) : 0) ||
    (a.person_name ?? a.name).localeCompare(b.person_name ?? b.name));
}
