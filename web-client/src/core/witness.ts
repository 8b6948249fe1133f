/**
 * How many records this phone held and how many of them waited, in a place the browser clears by another way than the
 * stores: without it a phone that lost everything would look like a new one. Two numbers, and nothing about people.
 */

export interface Witness {
  records: number;
  waiting: number;
}

const KEY = 'footpath/witness';
let kept = '';

export function keepWitness(witness: Witness): void {
  const text = JSON.stringify(witness);
  if (text === kept) return;
  try {
    localStorage.setItem(KEY, text);
    kept = text;
  } catch {
    // A browser that keeps nothing has nothing to lose either.
  }
}

export function readWitness(): Witness | null {
  try {
    const { records, waiting } = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Witness;
    return Number.isInteger(records) && Number.isInteger(waiting) ? { records, waiting } : null;
  } catch {
    return null;
  }
}

export function forgetWitness(): void {
  try {
    localStorage.removeItem(KEY);
    kept = '';
  } catch {
    // As above.
  }
}
