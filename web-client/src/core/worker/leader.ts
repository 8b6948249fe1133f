/**
 * The one worker of this browser that holds the storage and the core. It feeds events to the core, one at a time,
 * and carries the effects out in their order: nothing is said to be saved before the append before it is flushed.
 */
import { withNotice } from '../notices';
import type { Push, Snapshot } from '../protocol';
import type { Storage } from '../storage';
import type { Contents } from '../storage/cache';
import type { CoreEvent, Effect, Notice, RecordRow, Status, WriteEvent } from '../types';
import { forTheDay } from './early';
import type { Engine } from './engine';

export type Send = Extract<Effect, { do: 'send' }>;

/** What an event led to, besides what was stored and published. */
export interface Outcome {
  saved?: { record: string; doc: string };
  public_key?: string;
  send?: Send;
  /** Why nothing was done. */
  refused?: string;
  /** The core wants to be called again before anything else. */
  again: boolean;
  /** Records that changed here because of what came in. */
  touched: number;
}

const parsed = (office: Contents['office']): [string, unknown][] => office.map(([key, json]) => [key, JSON.parse(json)]);

/** What both begin by appending is appended in one write. */
export function together([first, ...others]: Effect[], [next, ...more]: Effect[]): Effect[] {
  const both = [first, next].filter((effect) => effect !== undefined);
  if (first?.do !== 'append' || next?.do !== 'append') return [...both, ...others, ...more];
  const bytes = new Uint8Array(first.bytes.length + next.bytes.length);
  bytes.set(first.bytes);
  bytes.set(next.bytes, first.bytes.length);
  return [{ do: 'append', bytes }, ...others, ...more];
}

export interface Parts {
  storage: () => Promise<Storage>;
  engine: () => Promise<Engine>;
  publish: (push: Push) => void;
}

/** What the opening of the core leads to is for nobody in particular. */
const OPENING = (): Outcome => ({ touched: 0, again: false });

const FIRST_STATUS: Status = {
  waiting: 0, last_sync_ms: null, syncing: false, offset_ms: 0, due: 0, held: 0, set_aside: 0, signed_in: false, revoked: false,
};

export class Leader {
  private queue: Promise<unknown> = Promise.resolve();
  private rows = new Map<string, RecordRow[]>();
  private office = new Map<string, unknown>();
  private notices: Notice[] = [];
  status = FIRST_STATUS;
  /** Called when the stores were opened anew in mid-life: lists may have to come again. */
  onReopened: () => void = () => undefined;

  private constructor(private parts: Parts, public storage: Storage, public engine: Engine) {
    this.watch();
  }

  /** The core takes its time to wake on a cheap phone: meanwhile the page shows the lists as they were left. */
  static async open(parts: Parts): Promise<Leader> {
    const waking = parts.engine();
    const storage = await parts.storage();
    const contents = await storage.contents();
    const face = await storage.face();
    if (face) {
      parts.publish({ push: 'early', rows: forTheDay(contents.rows), office: parsed(contents.office), ...face });
    }
    const leader = new Leader(parts, storage, await waking);
    await leader.fill(contents);
    return leader;
  }

  /** Gives the core everything stored, and says what was found amiss. */
  private async fill(contents: Contents): Promise<void> {
    this.rows = new Map(contents.rows);
    this.office = new Map(parsed(contents.office));
    await this.carryOut(this.engine.open(this.storage.log(), contents), OPENING());
    this.storage.follow();
    const { loss, records, unsent } = this.storage.found;
    if (loss) this.notice({ code: loss, count: unsent ?? this.status.waiting, records });
  }

  /** The core and its stores anew, when storing failed or a store was taken away: memory must match the disk. */
  private async reopen(): Promise<void> {
    this.storage.close();
    this.storage = await this.parts.storage();
    this.watch();
    this.engine = await this.parts.engine();
    await this.fill(await this.storage.contents());
    this.parts.publish({ push: 'reopened' });
    this.onReopened();
  }

  private watch(): void {
    const { storage } = this;
    storage.onTaken = () => void this.exclusively(async () => {
      if (this.storage === storage) await this.reopen();
    });
  }

  step(event: CoreEvent, body?: Uint8Array): Promise<Outcome> {
    return this.run(() => this.engine.step(event, body));
  }

  /**
   * A record goes into the log together with the word that its draft is done with: a kill between them finds both or none.
   * When there was no room, it is tried once more: opening the stores anew makes a long log short.
   */
  save(event: WriteEvent, draft?: string): Promise<Outcome> {
    const once = (): Promise<Outcome> => this.run(() => {
      const effects = this.engine.step(event);
      if (!draft || !effects.some((effect) => effect.do === 'saved')) return effects;
      return together(effects, this.engine.step({ event: 'draft', key: draft, body: null }));
    });
    return once().catch((error: unknown) => {
      if (error instanceof DOMException && error.name === 'QuotaExceededError') return once();
      throw error;
    });
  }

  private run(first: () => Effect[]): Promise<Outcome> {
    return this.exclusively(async () => {
      const outcome: Outcome = { touched: 0, again: false };
      try {
        await this.carryOut(first(), outcome);
        while (outcome.again) {
          outcome.again = false;
          await this.carryOut(this.engine.step({ event: 'continue', now_ms: Date.now() }), outcome);
        }
        this.storage.follow();
        if (this.storage.becameTight()) this.notice({ code: 'room_low' });
        return outcome;
      } catch (error) {
        // A panic leaves the whole instance unusable; the worker is started anew by its page.
        if (error instanceof WebAssembly.RuntimeError) throw error;
        await this.reopen();
        // In the log is saved: that the cache could not follow is mended by the reopening.
        if (outcome.saved) return outcome;
        throw error;
      }
    });
  }

  private exclusively<T>(task: () => Promise<T>): Promise<T> {
    const result = this.queue.then(task);
    this.queue = result.catch(() => undefined);
    return result;
  }

  private async carryOut(effects: Effect[], outcome: Outcome): Promise<void> {
    for (const effect of effects) await this.carryOutOne(effect, outcome);
  }

  private async carryOutOne(effect: Effect, outcome: Outcome): Promise<void> {
    switch (effect.do) {
      case 'append': return this.storage.append(effect.bytes);
      case 'compact': return this.storage.compact(effect.bytes);
      case 'cache': return this.keep(effect, outcome);
      case 'status':
        return this.show(effect.status);
      case 'notice': return this.notice(effect.notice);
      case 'saved': outcome.saved = { record: effect.record, doc: effect.doc }; return;
      case 'public_key': outcome.public_key = effect.public_key; return;
      case 'send': outcome.send = effect; return;
      case 'refused': outcome.refused = effect.code; return;
      case 'continue': outcome.again = true; return;
    }
  }

  private async keep(effect: Extract<Effect, { do: 'cache' }>, outcome: Outcome): Promise<void> {
    const { puts, drops, cursor } = effect;
    try {
      await this.storage.keep({ puts, drops, cursor });
    } catch (error) {
      // What comes without a cursor is drawn from the log, and is drawn again at the next start. A page of the pull must
      // be stored, or come again.
      if (cursor) throw error;
    }
    const docs = puts.flatMap((put): [string, RecordRow[]][] => (put.rows ? [[put.key, put.rows]] : []));
    const office = puts.flatMap((put): [string, unknown][] => (put.value === undefined ? [] : [[put.key, JSON.parse(put.value)]]));
    for (const [key, rows] of docs) this.rows.set(key, rows);
    for (const [key, value] of office) this.office.set(key, value);
    for (const key of drops) for (const kept of [this.rows, this.office]) kept.delete(key);
    outcome.touched += docs.length;
    this.parts.publish({ push: 'rows', docs, office, drops });
  }

  private show(status: Status): void {
    this.status = status;
    this.parts.publish({ push: 'status', status });
    const session = this.engine.identity();
    if (session) this.storage.keepFace({ session, status: { ...status, syncing: false } });
  }

  private notice(notice: Notice): void {
    this.notices = withNotice(this.notices, notice);
    this.parts.publish({ push: 'notice', notice });
  }

  snapshot(): Snapshot {
    return {
      session: this.engine.identity(),
      status: this.status,
      rows: [...this.rows.values()].flat(),
      office: [...this.office],
      drafts: this.engine.drafts(),
      schemas: this.engine.schemas(),
      notices: this.notices,
    };
  }
}
