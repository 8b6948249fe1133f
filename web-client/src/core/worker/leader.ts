/**
 * The one worker of this browser that holds the storage and the core. It feeds events to the core, one at a time,
 * and carries the effects out in their order: nothing is said to be saved before the append before it is flushed.
 */
import { withNotice } from '../notices';
import type { Push, Snapshot } from '../protocol';
import type { Storage } from '../storage';
import type { Contents } from '../storage/cache';
import type { CoreEvent, Effect, Notice, RecordRow, Status } from '../types';
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

export interface Parts {
  storage: () => Promise<Storage>;
  engine: () => Promise<Engine>;
  publish: (push: Push) => void;
}

const FIRST_STATUS: Status = {
  waiting: 0, last_sync_ms: null, syncing: false, offset_ms: 0, due: 0, set_aside: 0, signed_in: false, revoked: false,
};

export class Leader {
  private queue: Promise<unknown> = Promise.resolve();
  private rows = new Map<string, RecordRow[]>();
  private office = new Map<string, unknown>();
  private notices: Notice[] = [];
  status = FIRST_STATUS;

  private constructor(private parts: Parts, readonly storage: Storage, public engine: Engine) {}

  /** The core takes its time to wake on a cheap phone: meanwhile the page shows the lists as they were left. */
  static async open(parts: Parts): Promise<Leader> {
    const waking = parts.engine();
    const storage = await parts.storage();
    const contents = await storage.cache.read();
    const face = await storage.cache.face();
    if (face) {
      parts.publish({ push: 'early', rows: forTheDay(contents.rows), office: parsed(contents.office), ...face });
    }
    const leader = new Leader(parts, storage, await waking);
    const { what, waiting } = storage.wiped;
    if (what) leader.notice({ code: `${what}_wiped`, count: waiting });
    await leader.fill(contents);
    return leader;
  }

  /** Gives the core everything stored. Done at the start, and again when storing failed: memory must match the disk. */
  private async fill(contents: Contents): Promise<void> {
    this.rows = new Map(contents.rows);
    this.office = new Map(parsed(contents.office));
    await this.carryOut(this.engine.open(this.storage.log.read(), contents), { touched: 0, again: false });
  }

  step(event: CoreEvent, body?: Uint8Array): Promise<Outcome> {
    return this.exclusively(async () => {
      const outcome: Outcome = { touched: 0, again: false };
      try {
        await this.carryOut(this.engine.step(event, body), outcome);
        while (outcome.again) {
          outcome.again = false;
          await this.carryOut(this.engine.step({ event: 'continue', now_ms: Date.now() }), outcome);
        }
        return outcome;
      } catch (error) {
        // A panic leaves the whole instance unusable; the worker is started anew by its page.
        if (error instanceof WebAssembly.RuntimeError) throw error;
        this.engine = await this.parts.engine();
        await this.fill(await this.storage.cache.read());
        this.parts.publish({ push: 'reopened' });
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
      case 'append': return this.storage.log.append(effect.bytes);
      case 'compact': return this.storage.log.replace(effect.bytes);
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
    await this.storage.cache.apply(puts, drops, cursor, this.storage.log.install);
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
    // Only a picture of how things stand: nobody waits for it, and nothing is lost without it.
    if (session) void this.storage.cache.keepFace({ session, status: { ...status, syncing: false } }).catch(() => undefined);
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
