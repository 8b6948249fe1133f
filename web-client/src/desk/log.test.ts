import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { RestAnswer } from '../core/protocol';
import { item } from './sample';

vi.mock('../core/client', () => ({ rest: vi.fn(), CommandError: class extends Error {} }));
const { useTransport } = await import('./call');
const { LogModel } = await import('./log.svelte');
const { NO_FILTERS } = await import('./filters');

const asked: { method: string; path: string; body: unknown }[] = [];
let answers: (() => RestAnswer | Promise<RestAnswer>)[] = [];

beforeEach(() => {
  asked.length = 0;
  answers = [];
  useTransport(async (method, path, body) => {
    asked.push({ method, path, body });
    const answer = answers.shift();
    if (!answer) throw new Error(`nothing to answer ${path}`);
    return answer();
  });
});

const ok = (body: unknown) => (): RestAnswer => ({ status: 200, body });
const rows = (...ids: string[]) => ids.map((id) => item({ id, digest: `digest of ${id}` }));

describe('the log', () => {
  it('asks for what needs a look, page by page', async () => {
    const log = new LogModel();
    answers = [ok({ items: rows('a', 'b'), next: 'mark' }), ok({ items: rows('c') })];
    await log.look(NO_FILTERS);
    expect(asked[0]?.path).toBe('/v1/records?state=received%2Cedited&limit=50');
    await log.more();
    expect(asked[1]?.path).toContain('after=mark');
    expect(log.items.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(log.next).toBeNull();
    await log.more();
    expect(asked).toHaveLength(2);
  });

  it('leaves out what is still to be done, until it is over', async () => {
    const chore = (id: string, status: string) => item({ id, type: 'task', fields: { status } });
    const clash = { ...chore('clash', 'offered'), conflicts: ['due'] };
    const page = ok({ items: [chore('offered', 'offered'), chore('done', 'done'), clash, ...rows('a')] });
    const log = new LogModel();
    answers = [page, page];
    await log.look(NO_FILTERS);
    expect(log.items.map(({ id }) => id)).toEqual(['done', 'clash', 'a']);
    await log.look({ ...NO_FILTERS, state: 'all' });
    expect(log.items).toHaveLength(4);
    log.tick(log.items);
    expect([...log.ticked.keys()]).toEqual(['done', 'a']);
  });

  it('reads as many again as are shown, quietly', async () => {
    const log = new LogModel();
    const many = (from: number, count: number) => rows(...Array.from({ length: count }, (_, n) => `r${from + n}`));
    answers = [ok({ items: many(0, 50), next: 'm' })];
    await log.look(NO_FILTERS);
    for (let page = 1; page < 6; page++) {
      answers = [ok({ items: many(page * 50, 50), next: 'm' })];
      await log.more();
    }
    asked.length = 0;
    answers = [ok({ items: many(1, 200), next: 'n' }), ok({ items: many(201, 100), next: 'o' })];
    const quiet = log.refreshQuietly();
    expect(log.busy).toBe(false);
    await quiet;
    expect(asked.map(({ path }) => path.replace(/.*limit/, 'limit'))).toEqual(['limit=200', 'limit=100']);
    expect([log.items.length, log.next]).toEqual([300, 'o']);
  });

  it('keeps what it has when the connection goes', async () => {
    const log = new LogModel();
    answers = [ok({ items: rows('a') }), () => ({ status: 503, body: { code: 'busy', detail: 'Занято' } })];
    await log.look(NO_FILTERS);
    await log.refresh();
    expect(log.items).toHaveLength(1);
    expect(log.problem).toMatchObject({ code: 'busy', detail: 'Занято' });
    answers = [ok({ items: rows('a', 'b') })];
    await log.refresh();
    expect(log.problem).toBeNull();
  });

  it('shows the answer to the newest question, whichever comes last', async () => {
    const log = new LogModel();
    let late: (answer: RestAnswer) => void = () => {};
    answers = [() => new Promise((resolve) => (late = resolve)), ok({ items: rows('new') })];
    const first = log.look(NO_FILTERS);
    await log.look({ ...NO_FILTERS, state: 'all' });
    late({ status: 200, body: { items: rows('old') } });
    await first;
    expect(log.items.map(({ id }) => id)).toEqual(['new']);
  });
});

describe('approving many', () => {
  it('ticks all that may be approved, and unticks them', async () => {
    const log = new LogModel();
    const items = [...rows('a', 'b'), item({ id: 'c', conflicts: ['start'] }), item({ id: 'd', state: 'approved' })];
    log.tick(items);
    expect([...log.ticked.keys()]).toEqual(['a', 'b']);
    log.tick(items);
    expect(log.ticked.size).toBe(0);
  });

  it('sends the digests that were seen, and names what had changed', async () => {
    const log = new LogModel();
    answers = [
      ok({ items: rows('a', 'b', 'c') }),
      ok({ items: [item({ id: 'a', digest: 'newer' }), ...rows('b', 'c')] }),
      ok({ results: [{ record: 'a', outcome: 'changed', changed_fields: ['start'] }, { record: 'b', outcome: 'done' }, { record: 'c', outcome: 'missing' }] }),
      ok({ items: rows('a') }),
    ];
    await log.look(NO_FILTERS);
    log.tick(log.items);
    await log.refresh();
    await log.approve();
    expect(asked[2]).toMatchObject({ method: 'POST', path: '/v1/reviews', body: { decision: 'approve' } });
    expect((asked[2]?.body as { items: unknown[] }).items[0]).toEqual({ record: 'a', doc: 'd1', digest: 'digest of a' });
    expect(log.outcome?.done).toBe(1);
    expect(log.outcome?.left.map(({ result }) => result.outcome)).toEqual(['changed', 'missing']);
    expect(log.ticked.size).toBe(0);
  });

  it('keeps the ticks when nothing could be sent', async () => {
    const log = new LogModel();
    log.tick(rows('a'));
    answers = [() => Promise.reject(new Error('gone'))];
    await log.approve();
    expect(log.ticked.size).toBe(1);
    expect(log.problem?.code).toBe('server');
    expect(log.outcome).toBeNull();
  });
});

describe('going through the list', () => {
  it('knows the neighbours', async () => {
    const log = new LogModel();
    answers = [ok({ items: rows('a', 'b') })];
    await log.look(NO_FILTERS);
    expect(log.around('a')).toMatchObject({ before: null, after: { id: 'b' } });
    expect(log.around('x')).toEqual({ before: null, after: null });
  });
});
