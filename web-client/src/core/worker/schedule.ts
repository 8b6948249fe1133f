/** When to try again. It never gives up: the wait grows to a ceiling and stays there. */
const FIRST_MS = 4_000;
const CEILING_MS = 10 * 60_000;
/** A server that asks for more than this is not well: it is asked again. */
const LONGEST_MS = 3_600_000;
/** With nothing waiting, how often to ask for news. */
const IDLE_MS = 5 * 60_000;

/**
 * The wait before the next attempt. `random` in 0..1 spreads phones that lost the same tower at the same moment;
 * a wait asked for by the server is never cut short.
 */
export function nextDelay(failures: number, random: number, asked_ms: number | null): number {
  const asked = Math.min(asked_ms ?? 0, LONGEST_MS);
  if (failures === 0) return Math.max(IDLE_MS * (0.8 + 0.4 * random), asked);
  const grown = Math.min(CEILING_MS, FIRST_MS * 2 ** Math.min(failures - 1, 20));
  return Math.max(grown * (0.5 + 0.5 * random), asked);
}
