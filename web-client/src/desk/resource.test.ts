import { describe, expect, it, vi } from 'vitest';

vi.mock('../core/client', () => ({ rest: vi.fn(), CommandError: class extends Error {} }));
const { DeskProblem } = await import('./call');
const { Resource, inTurn } = await import('./resource.svelte');

describe('something read from the server', () => {
  it('says when it was read', async () => {
    const resource = new Resource(async () => 'news');
    expect(resource.at_ms).toBeNull();
    await resource.refresh();
    expect(resource.value).toBe('news');
    expect(resource.at_ms).toBeGreaterThan(0);
    expect(resource.busy).toBe(false);
  });

  it('keeps what it had when reading fails, and says why', async () => {
    const answers = [() => 'news', () => { throw new DeskProblem('network', null); }, () => 'newer'];
    const resource = new Resource(async () => answers.shift()!());
    await resource.refresh();
    const read = resource.at_ms;
    await resource.refresh();
    expect(resource).toMatchObject({ value: 'news', at_ms: read, problem: { code: 'network' } });
    await resource.refresh();
    expect(resource).toMatchObject({ value: 'newer', problem: null });
  });

  it('listens to the newest question only', async () => {
    const waiting: ((value: string) => void)[] = [];
    const resource = new Resource(() => new Promise<string>((resolve) => waiting.push(resolve)));
    const [first, second] = [resource.refresh(), resource.refresh()];
    waiting[1]?.('second');
    waiting[0]?.('first');
    await Promise.all([first, second]);
    expect(resource.value).toBe('second');
  });

  it('reads quietly: without a sign of it, and not under the eyes of who must not be surprised', async () => {
    const answers = ['shown', 'news', 'news'];
    const resource = new Resource(async () => answers.shift()!, () => false);
    await resource.refresh();
    const quiet = resource.refreshQuietly();
    expect(resource.busy).toBe(false);
    await quiet;
    expect(resource.value).toBe('shown');
    await resource.refresh();
    expect(resource.value).toBe('news');
  });

  it('lets a question under way end before it reads quietly', async () => {
    const waiting: ((value: string) => void)[] = [];
    const resource = new Resource(() => new Promise<string>((resolve) => waiting.push(resolve)));
    const [loud, quiet] = [resource.refresh(), resource.refreshQuietly()];
    expect(waiting).toHaveLength(1);
    waiting[0]?.('before');
    await loud;
    expect(resource).toMatchObject({ value: 'before', busy: false });
    await vi.waitFor(() => expect(waiting).toHaveLength(2));
    waiting[1]?.('after');
    await quiet;
    expect(resource.value).toBe('after');
  });

  it('reads once more for all the news that came during a reading', async () => {
    vi.useFakeTimers();
    let reads = 0;
    const news = inTurn(async () => void reads++);
    for (let n = 0; n < 20; n++) news();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(reads).toBe(2);
    news();
    news();
    await vi.advanceTimersByTimeAsync(1_000);
    vi.useRealTimers();
    expect(reads).toBe(4);
  });
});
