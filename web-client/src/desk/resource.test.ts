import { describe, expect, it, vi } from 'vitest';

vi.mock('../core/client', () => ({ rest: vi.fn(), CommandError: class extends Error {} }));
const { DeskProblem } = await import('./call');
const { Resource } = await import('./resource.svelte');

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
});
