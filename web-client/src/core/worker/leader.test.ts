import { beforeEach, describe, expect, it } from 'vitest';
import type { Push } from '../protocol';
import type { Storage } from '../storage';
import type { Found } from '../storage/reconcile';
import type { CoreEvent, Effect, Status, WriteEvent } from '../types';
import type { Engine } from './engine';
import { Leader } from './leader';

const status = (waiting: number): Status => ({
  waiting, last_sync_ms: null, syncing: false, offset_ms: 0, due: 0, held: 0, set_aside: 0, signed_in: true, revoked: false,
});

let done: string[];
let appends: (() => void)[];
let keeps: (() => void)[];
let tight: boolean[];
let stores: Storage[];
let opened: number;

function storage(found: Found['loss'] = null): Storage {
  return {
    found: { loss: found, records: 7, unsent: null },
    log: () => new Uint8Array(),
    append: (bytes: Uint8Array) => { appends.shift()?.(); done.push(`append ${bytes}`); },
    compact: () => done.push('compact'),
    keep: async () => { await Promise.resolve(); keeps.shift()?.(); done.push('cache'); },
    follow: () => undefined,
    becameTight: () => tight.shift() ?? false,
    face: async () => undefined,
    keepFace: () => undefined,
    contents: async () => ({ documents: [], rows: [], office: [], cursor: undefined }),
    close: () => undefined,
  } as unknown as Storage;
}

function engine(answers: Effect[][], heard: CoreEvent[]): Engine {
  return {
    identity: () => null,
    drafts: () => ({}),
    schemas: () => ({}),
    open: () => { opened++; return [{ do: 'status', status: status(0) }]; },
    step: (event: CoreEvent) => { heard.push(event); return answers.shift() ?? []; },
  } as unknown as Engine;
}

async function leader(...answers: Effect[][]): Promise<{ leader: Leader; pushes: Push[]; heard: CoreEvent[] }> {
  const [pushes, heard]: [Push[], CoreEvent[]] = [[], []];
  const publish = (push: Push): void => { pushes.push(push); done.push(push.push); };
  const parts = { storage: async () => stores.shift() ?? storage(), engine: async () => engine(answers, heard), publish };
  const result = await Leader.open(parts);
  done = [];
  return { leader: result, pushes, heard };
}

const save: Effect[] = [
  { do: 'append', bytes: new Uint8Array([1]) },
  { do: 'cache', puts: [], drops: [] },
  { do: 'saved', record: 'r', doc: 'd' },
  { do: 'status', status: status(1) },
];
const draft: CoreEvent = { event: 'draft', key: 'k', body: null };

describe('the leader', () => {
  beforeEach(() => {
    [done, appends, keeps, tight, stores, opened] = [[], [], [], [], [], 0];
  });

  it('carries effects out in their order', async () => {
    const { leader: one } = await leader(save);
    const { saved } = await one.step(draft);
    expect(done).toEqual(['append 1', 'cache', 'rows', 'status']);
    expect(saved).toEqual({ record: 'r', doc: 'd' });
  });

  it('finishes one event before the next', async () => {
    const { leader: one } = await leader(save, [{ do: 'append', bytes: new Uint8Array([2]) }]);
    await Promise.all([one.step(draft), one.step(draft)]);
    expect(done).toEqual(['append 1', 'cache', 'rows', 'status', 'append 2']);
  });

  it('says nothing is saved when the append fails, and opens the core anew', async () => {
    const { leader: one, pushes } = await leader(save, save);
    appends = [() => { throw new DOMException('full', 'QuotaExceededError'); }];
    await expect(one.step(draft)).rejects.toThrow('full');
    expect(opened).toBe(2);
    expect(pushes.at(-1)).toEqual({ push: 'reopened' });
    expect((await one.step(draft)).saved).toBeDefined();
  });

  it('comes back when the core asks for it', async () => {
    const { leader: one, heard } = await leader([{ do: 'append', bytes: new Uint8Array() }, { do: 'continue' }], save);
    const { saved } = await one.step({ event: 'answer', status: 200, now_ms: 1 });
    expect(heard.map((event) => event.event)).toEqual(['answer', 'continue']);
    expect(saved).toBeDefined();
  });

  it('says what was found amiss, with its counts', async () => {
    stores = [storage('log_restored')];
    const { leader: one } = await leader();
    expect(one.snapshot().notices).toEqual([{ code: 'log_restored', count: 0, records: 7 }]);
  });

  it('calls saved what is in the log, and shows it, though the cache takes nothing any more', async () => {
    keeps = [() => { throw new DOMException('full', 'QuotaExceededError'); }];
    const { leader: one, pushes } = await leader(save);
    expect((await one.step(draft)).saved).toBeDefined();
    expect(opened).toBe(1);
    expect(pushes.some((push) => push.push === 'rows')).toBe(true);
  });

  it('does not go on after a page of the pull could not be stored', async () => {
    keeps = [() => { throw new DOMException('full', 'QuotaExceededError'); }];
    const pulled: Effect[] = [{ do: 'cache', puts: [], drops: [], cursor: new Uint8Array() }, { do: 'append', bytes: new Uint8Array([9]) }];
    const { leader: one } = await leader(pulled);
    await expect(one.step(draft)).rejects.toThrow('full');
    expect(done).not.toContain('append 9');
    expect(opened).toBe(2);
  });

  it('opens everything anew when the browser takes the cache away', async () => {
    const first = storage();
    stores = [first];
    const { leader: one, pushes } = await leader(save);
    first.onTaken();
    await one.step(draft);
    expect(opened).toBe(2);
    expect(pushes.some((push) => push.push === 'reopened')).toBe(true);
    first.onTaken();
    await one.step(draft);
    expect(opened).toBe(2);
  });

  it('says that room is low, and only then', async () => {
    tight = [false, true];
    const { leader: one } = await leader(save, save, save);
    for (let i = 0; i < 3; i++) await one.step(draft);
    expect(one.snapshot().notices).toEqual([{ code: 'room_low' }]);
  });

  it('drops a draft in the very write that saves its record', async () => {
    const { leader: one } = await leader(save, [{ do: 'append', bytes: new Uint8Array([2]) }]);
    expect((await one.save({ event: 'write' } as WriteEvent, 'k')).saved).toBeDefined();
    expect(done).toEqual(['append 1,2', 'cache', 'rows', 'status']);
  });

  it('tries a record once more after the stores were opened anew for lack of room', async () => {
    const full = (): void => { throw new DOMException('full', 'QuotaExceededError'); };
    const dropped: Effect[] = [{ do: 'append', bytes: new Uint8Array([2]) }];
    const { leader: one } = await leader(save, dropped, save, dropped, save, dropped, save, dropped);
    appends = [full];
    expect((await one.save({ event: 'write' } as WriteEvent, 'k')).saved).toBeDefined();
    appends = [full, full];
    await expect(one.save({ event: 'write' } as WriteEvent, 'k')).rejects.toThrow('full');
  });

  it('keeps the draft of a record that was refused', async () => {
    const { leader: one, heard } = await leader([{ do: 'refused', code: 'too_long' }]);
    expect((await one.save({ event: 'write' } as WriteEvent, 'k')).refused).toBe('too_long');
    expect(heard).toHaveLength(1);
  });
});
