/** What of the log is looked at. Kept in the address, so that it survives a reload and can be sent to a colleague. */
import type { RecordType } from '../core/types';
import { civilDate } from '../records/defaults';
import type { DeskState, RecordCount } from './types';

/** `look` is everything that waits for a coordinator. */
export const STATE_FILTERS = ['look', 'returned', 'approved', 'all'] as const;
export type StateFilter = (typeof STATE_FILTERS)[number];

export const LOG_TYPES: RecordType[] = ['visit', 'delivery', 'task', 'activity', 'case', 'person'];

export interface Filters {
  state: StateFilter;
  place: string | null;
  worker: string | null;
  type: RecordType | null;
  case: string | null;
  /** Part of the recipient's name. */
  name: string | null;
  from: string | null;
  to: string | null;
}

export const NO_FILTERS: Filters = {
  state: 'look', place: null, worker: null, type: null, case: null, name: null, from: null, to: null,
};

const known = <T extends string>(choices: readonly T[], value: string | null): T | null =>
  choices.find((one) => one === value) ?? null;

const civil = (value: string | null): string | null => (value && /^\d{4}-\d{2}-\d{2}$/.test(value) ? value : null);

/** An address somebody typed may hold anything: what is not understood is left out. */
export function parseFilters(query: URLSearchParams): Filters {
  return {
    state: known(STATE_FILTERS, query.get('state')) ?? 'look',
    place: query.get('place') || null,
    worker: query.get('worker') || null,
    type: known(LOG_TYPES, query.get('type')),
    case: query.get('case') || null,
    name: query.get('name')?.trim() || null,
    from: civil(query.get('from')),
    to: civil(query.get('to')),
  };
}

function encode(pairs: [string, string | null][]): string {
  const query = new URLSearchParams();
  for (const [name, value] of pairs) if (value) query.set(name, value);
  return query.size > 0 ? `?${query}` : '';
}

/** The address of the log with these filters; what is usual is not written down. */
export function logAddress(filters: Filters): string {
  const { state, place, worker, type, name, from, to } = filters;
  return `/desk/log${encode([
    ['state', state === 'look' ? null : state],
    ['place', place], ['worker', worker], ['type', type], ['case', filters.case], ['name', name], ['from', from], ['to', to],
  ])}`;
}

/** How many filters beside the state are set: the number on the button of a folded filter bar. */
export function filterCount({ place, worker, type, name, from, to, case: about }: Filters): number {
  return [place, worker, type, name, about, from ?? to].filter(Boolean).length;
}

export const PERIODS = ['any', 'today', 'week', 'month', 'last_month'] as const;
export type Period = (typeof PERIODS)[number] | 'own';

type Range = Pick<Filters, 'from' | 'to'>;

/** The days of a period by name, counted from a given day. A week is the last seven days. */
export function rangeOf(period: Exclude<Period, 'own'>, now: Date): Range {
  const [year, month, day] = [now.getFullYear(), now.getMonth(), now.getDate()];
  switch (period) {
    case 'any': return { from: null, to: null };
    case 'today': return { from: civilDate(now), to: civilDate(now) };
    case 'week': return { from: civilDate(new Date(year, month, day - 6)), to: civilDate(now) };
    case 'month': return { from: civilDate(new Date(year, month, 1)), to: civilDate(new Date(year, month + 1, 0)) };
    case 'last_month': return { from: civilDate(new Date(year, month - 1, 1)), to: civilDate(new Date(year, month, 0)) };
  }
}

export function periodOf({ from, to }: Range, now: Date): Period {
  const found = PERIODS.find((period) => {
    const range = rangeOf(period, now);
    return range.from === from && range.to === to;
  });
  return found ?? 'own';
}

const STATES_OF: Record<StateFilter, readonly DeskState[]> = {
  look: ['received', 'edited'], returned: ['returned'], approved: ['approved'], all: ['received', 'approved', 'returned', 'edited'],
};

/** How many of each type a state's page has. The server does not know which chores are over, so they are counted by themselves. */
export function counted(counts: readonly RecordCount[], state: StateFilter): { types: Map<RecordType, number>; tasks: number; all: number } {
  const types = new Map<RecordType, number>();
  for (const { type, count } of counts.filter((one) => STATES_OF[state].includes(one.state))) types.set(type, (types.get(type) ?? 0) + count);
  const tasks = state === 'look' ? (types.get('task') ?? 0) : 0;
  if (tasks > 0) types.delete('task');
  return { types, tasks, all: [...types.values()].reduce((sum, count) => sum + count, 0) };
}
