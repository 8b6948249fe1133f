/** The merged log as the coordinator has it before them: filters, pages, what is ticked, what came of it. */
import * as api from './api';
import { asProblem, type DeskProblem } from './call';
import { type Filters, NO_FILTERS } from './filters';
import { mayApprove, underWay } from './rows';
import type { RecordItem, ReviewResult } from './types';

const PIECE = 50;

export interface BulkOutcome {
  done: number;
  /** Those that were left alone, with the record as it was seen. */
  left: { seen: RecordItem; result: ReviewResult }[];
}

export class LogModel {
  filters = $state.raw<Filters>(NO_FILTERS);
  items = $state.raw<RecordItem[]>([]);
  next = $state<string | null>(null);
  at_ms = $state<number | null>(null);
  busy = $state(false);
  problem = $state.raw<DeskProblem | null>(null);
  /** Ticked records as they were when they were ticked: only what was seen may be approved. */
  ticked = $state.raw(new Map<string, RecordItem>());
  outcome = $state.raw<BulkOutcome | null>(null);
  /** The record that was opened last: coming back, the person finds the place again. */
  opened: string | null = null;
  private asked = 0;
  private reading: Promise<void> | null = null;

  look(filters: Filters): Promise<void> {
    this.filters = filters;
    this.ticked = new Map();
    this.outcome = null;
    this.items = [];
    this.next = null;
    this.at_ms = null;
    return this.refresh();
  }

  /** Reads as much again as is shown, so that the place on the page is kept. */
  refresh(): Promise<void> {
    return this.begin(this.items.length, null);
  }

  /** The same without a sign of it, for news that nobody asked for. */
  async refreshQuietly(): Promise<void> {
    if (this.busy) await this.reading;
    await this.read(this.items.length, null);
  }

  more(): Promise<void> {
    return this.next === null ? Promise.resolve() : this.begin(PIECE, this.next);
  }

  private begin(wanted: number, after: string | null): Promise<void> {
    this.busy = true;
    this.reading = this.read(wanted, after);
    return this.reading;
  }

  /** Reads at least so many from there on, as far as there are any. */
  private async read(wanted: number, after: string | null): Promise<void> {
    const mine = ++this.asked;
    try {
      const items = after === null ? [] : [...this.items];
      const enough = items.length + Math.max(wanted, PIECE);
      let next = after;
      do {
        const page = await api.records(this.filters, Math.min(enough - items.length, api.MOST), next);
        if (mine !== this.asked) return;
        items.push(...page.items.filter((item) => this.filters.state !== 'look' || !underWay(item) || item.conflicts.length > 0));
        next = page.next ?? null;
      } while (next !== null && items.length < enough);
      this.items = items;
      this.next = next;
      this.at_ms = Date.now();
      this.problem = null;
    } catch (error) {
      if (mine === this.asked) this.problem = asProblem(error);
    } finally {
      if (mine === this.asked) this.busy = false;
    }
  }

  /** Ticks all of them, or takes the ticks away when all have one. */
  tick(items: RecordItem[]): void {
    const able = items.filter(mayApprove);
    const ticked = new Map(this.ticked);
    const every = able.every(({ id }) => ticked.has(id));
    for (const item of able) {
      if (every) ticked.delete(item.id);
      else if (!ticked.has(item.id)) ticked.set(item.id, item);
    }
    this.ticked = ticked;
  }

  untick(): void {
    this.ticked = new Map();
  }

  async approve(): Promise<void> {
    const seen = [...this.ticked.values()];
    this.busy = true;
    try {
      const results = await api.approve(seen);
      this.outcome = outcomeOf(seen, results);
      this.ticked = new Map();
      await this.refresh();
    } catch (error) {
      this.problem = asProblem(error);
    } finally {
      this.busy = false;
    }
  }

  /** The neighbours of a record in the list, for going on without going back. */
  around(id: string): { before: RecordItem | null; after: RecordItem | null } {
    const at = this.items.findIndex((item) => item.id === id);
    if (at < 0) return { before: null, after: null };
    return { before: this.items[at - 1] ?? null, after: this.items[at + 1] ?? null };
  }
}

export function outcomeOf(seen: RecordItem[], results: ReviewResult[]): BulkOutcome {
  const byId = new Map(seen.map((item) => [item.id, item]));
  const left = results
    .filter(({ outcome }) => outcome !== 'done')
    .flatMap((result) => (byId.has(result.record) ? [{ seen: byId.get(result.record)!, result }] : []));
  return { done: results.length - results.filter(({ outcome }) => outcome !== 'done').length, left };
}

export const log = new LogModel();
