// The same work for everybody: visits with notes, drawn from a seed exactly as the project's own bench draws them.
import { readFileSync } from 'node:fs';

const MASK = (1n << 64n) - 1n;

/** SplitMix64, as in tests/src/chance.rs. */
export class Chance {
  #state;

  constructor(seed) {
    this.#state = BigInt(seed);
  }

  draw() {
    this.#state = (this.#state + 0x9e3779b97f4a7c15n) & MASK;
    let word = this.#state;
    word = ((word ^ (word >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
    word = ((word ^ (word >> 27n)) * 0x94d049bb133111ebn) & MASK;
    return word ^ (word >> 31n);
  }

  below(end) {
    return Number(this.draw() % BigInt(end));
  }

  pick(from) {
    return from[this.below(from.length)];
  }

  /** An id like those of the records: time first, then chance (UUIDv7). */
  id() {
    const hex = (0x01960000000000000000n + (this.draw() & 0xffffffffffn)).toString(16).padStart(20, '0');
    const tail = this.draw().toString(16).padStart(16, '0').slice(0, 12);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(12, 15)}-8${hex.slice(15, 18)}-${tail}`;
  }
}

// The words stand once in the repository, beside the stories that are told with them.
const stories = readFileSync(new URL('../src/stories.rs', import.meta.url), 'utf8');
const WORDS = /const WORDS: &str = "([^"]*)"/.exec(stories)[1].replaceAll('\\\n', ' ').trim().split(/\s+/);
const NOTE = 120;
const SERVICES = ['cooking', 'cleaning', 'shopping', 'talk', 'washing'];

function notes(chance) {
  let notes = '';
  while (notes.length < NOTE) {
    if (notes) notes += chance.below(6) === 0 ? ', ' : ' ';
    notes += chance.pick(WORDS);
  }
  return notes.slice(0, NOTE);
}

const two = (number) => String(number).padStart(2, '0');

/** A visit to a recipient, with the fields a worker's form fills in (tests/src/bin/bench/day.rs). */
export function visit(chance, recipient, day, worker) {
  const [hour, minute] = [9 + chance.below(8), chance.below(60)];
  const text = notes(chance);
  const fields = {
    [`service/${chance.pick(SERVICES)}`]: true,
    date: `2026-05-${two((day % 28) + 1)}`,
    start: `${two(hour)}:${two(minute)}`,
    end: `${two(hour + 1)}:${two(minute)}`,
    place_kind: 'home',
    [`performer/${worker}/role`]: 'social_worker',
    mood: chance.below(5) + 1,
    notes: text,
  };
  return { id: chance.id(), case: recipient, type: 'visit', zone: 'Asia/Vladivostok', fields };
}
