import { beforeEach, describe, expect, it } from 'vitest';
import type { Push } from '../protocol';
import type { Storage } from '../storage';
import type { CoreEvent, Effect, Status } from '../types';
import type { Engine } from './engine';
import { Leader } from './leader';

const status = (waiting: number): Status => ({
  waiting, last_sync_ms: null, syncing: false, offset_ms: 0, due: 0, set_aside: 0, signed_in: true, revoked: false,
});

let done: string[];
let appends: (() => void)[];
let opened: number;

function storage(): Storage {
  return {
    wiped: { what: null, waiting: 0 },
    log: {
      install: 'x', read: () => new Uint8Array(),
      append: () => { appends.shift()?.(); done.push('append'); },
      replace: () => done.push('compact'),
    },
    cache: {
      face: async () => undefined,
      keepFace: async () => undefined,
      read: async () => ({ documents: [], rows: [], office: [], cursor: undefined }),
      apply: async () => { await Promise.resolve(); done.push('cache'); },
    },
  } as unknown as Storage;
}

function engine(answers: Effect[][], heard: CoreEvent[]): Engine {
  return {
    identity: () => null,
    open: () => { opened++; return [{ do: 'status', status: status(0) }]; },
    step: (event: CoreEvent) => { heard.push(event); return answers.shift() ?? []; },
  } as unknown as Engine;
}

async function leader(...answers: Effect[][]): Promise<{ leader: Leader; pushes: Push[]; heard: CoreEvent[] }> {
  const [pushes, heard]: [Push[], CoreEvent[]] = [[], []];
  const publish = (push: Push): void => { pushes.push(push); done.push(push.push); };
  const parts = { storage: async () => storage(), engine: async () => engine(answers, heard), publish };
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
    [done, appends, opened] = [[], [], 0];
  });

  it('carries effects out in their order', async () => {
    const { leader: one } = await leader(save);
    const { saved } = await one.step(draft);
    expect(done).toEqual(['append', 'cache', 'rows', 'status']);
    expect(saved).toEqual({ record: 'r', doc: 'd' });
  });

  it('finishes one event before the next', async () => {
    const { leader: one } = await leader(save, [{ do: 'append', bytes: new Uint8Array([2]) }]);
    await Promise.all([one.step(draft), one.step(draft)]);
    expect(done).toEqual(['append', 'cache', 'rows', 'status', 'append']);
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
});
