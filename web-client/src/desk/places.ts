/** Places as a tree that a plain list can show: what lies within another stands under it, moved in. */
import type { Choice } from '../records/catalogue';

const INDENT = '\u2003';

export function placeChoices(places: Choice[]): { value: string; label: string }[] {
  const known = new Set(places.map(({ value }) => value));
  const children = (parent: string | null): Choice[] =>
    places
      .filter((place) => (place.parent && known.has(place.parent) ? place.parent : null) === parent)
      .sort((a, b) => a.label.localeCompare(b.label));
  const below = (parent: string | null, depth: number, path: string[]): { value: string; label: string }[] =>
    children(parent)
      .filter(({ value }) => !path.includes(value))
      .flatMap((place) => [
        { value: place.value, label: INDENT.repeat(depth) + place.label },
        ...below(place.value, depth + 1, [...path, place.value]),
      ]);
  return below(null, 0, []);
}
