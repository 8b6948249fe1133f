import { expect, it } from 'vitest';
import type { Push, Reply, Request } from '../protocol';
import { Tabs } from './tabs';

/** A BroadcastChannel between tabs of one test; delivery is at once. */
class Room {
  members: Member[] = [];
  join(): Member {
    const member = new Member(this);
    this.members.push(member);
    return member;
  }
}

class Member {
  onmessage: ((event: MessageEvent) => void) | null = null;
  constructor(private room: Room) {}
  postMessage(data: unknown): void {
    for (const other of this.room.members) if (other !== this) other.onmessage?.({ data } as MessageEvent);
  }
}

function tab(room: Room): { tabs: Tabs; replies: Reply[]; pushes: Push[] } {
  const [replies, pushes]: [Reply[], Push[]] = [[], []];
  const page = { reply: (reply: Reply) => replies.push(reply), push: (push: Push) => pushes.push(push) };
  return { tabs: new Tabs(room.join() as never, page as never), replies, pushes };
}

const request = (id: string): Request => ({ id, command: 'sync', args: {} });
const answer = async ({ id }: Request): Promise<Reply> => ({ id, ok: true, answer: null });
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

it('answers a page of another tab', async () => {
  const room = new Room();
  const [first, second] = [tab(room), tab(room)];
  first.tabs.take(answer);
  second.tabs.ask(request('a'));
  await settled();
  expect(second.replies).toEqual([{ id: 'a', ok: true, answer: null }]);
  expect(first.replies).toEqual([]);
});

it('keeps what was asked before anybody led', async () => {
  const room = new Room();
  const [first, second] = [tab(room), tab(room)];
  first.tabs.ask(request('a'));
  second.tabs.ask(request('b'));
  first.tabs.take(answer);
  await settled();
  expect([first.replies.length, second.replies.length]).toEqual([1, 1]);
});

it('asks the next leader when the first one died in mid-command', async () => {
  const room = new Room();
  const [first, second] = [tab(room), tab(room)];
  first.tabs.take(() => new Promise<never>(() => undefined));
  second.tabs.ask(request('a'));
  room.members.shift();
  second.tabs.take(answer);
  await settled();
  expect(second.replies).toHaveLength(1);
});

it('tells every tab the news, once', () => {
  const room = new Room();
  const [first, second] = [tab(room), tab(room)];
  first.tabs.take(answer);
  first.tabs.publish({ push: 'reopened' });
  expect([first.pushes.length, second.pushes.length]).toEqual([1, 1]);
});
