/** The cases of the desk: by place, found by name, with who has them today. */
import type { AssignmentItem, CaseItem } from './types';

export type CaseFilter = 'all' | 'nobody';

/** As people type it: lower case, `ё` as `е`. */
const folded = (text: string): string => text.trim().toLowerCase().replaceAll('ё', 'е');

/** Nobody visits a person of a closed case, so it is not missing a worker. */
export const closed = (one: CaseItem): boolean => one.care_status === 'closed';
export const withoutWorker = (one: CaseItem): boolean => !closed(one) && !one.assignments.some(({ holds }) => holds);

export function found(cases: CaseItem[], name: string, filter: CaseFilter): CaseItem[] {
  const wanted = folded(name);
  return cases.filter((one) => folded(one.name).includes(wanted) && (filter === 'all' || withoutWorker(one)));
}

export interface Village {
  id: string;
  name: string;
  cases: CaseItem[];
}

export function byPlace(cases: CaseItem[]): Village[] {
  const villages = new Map<string, Village>();
  for (const one of cases) {
    const id = one.place ?? '';
    const village = villages.get(id) ?? { id, name: one.place_name ?? '', cases: [] };
    village.cases.push(one);
    villages.set(id, village);
  }
  return [...villages.values()].sort((a, b) => Number(a.name === '') - Number(b.name === '') || a.name.localeCompare(b.name));
}

export type Term = 'always' | 'from' | 'until' | 'between';

/** Which words tell the days of an assignment. */
export function term({ from, to }: Pick<AssignmentItem, 'from' | 'to'>): Term {
  if (from && to) return 'between';
  return from ? 'from' : to ? 'until' : 'always';
}
