/** The dedicated worker of a tab: waits for its turn to lead, and until then passes commands on. */
/// <reference lib="webworker" />
import type { FromWorker, Push, Reply, Request } from '../protocol';
import { openStorage } from '../storage';
import { commands, failure } from './commands';
import { Engine } from './engine';
import { Leader } from './leader';
import { CHANNEL, Tabs } from './tabs';

const tell = (message: FromWorker): void => self.postMessage(message);

const tabs = new Tabs(new BroadcastChannel(CHANNEL), {
  reply: (reply) => tell({ reply }),
  push: (push) => tell(push),
});

self.onmessage = ({ data }: MessageEvent<Request>) => tabs.ask(data);

/** A panic ends the core. Our page is told and starts the next worker. */
function died(error: unknown): boolean {
  const dead = error instanceof WebAssembly.RuntimeError;
  if (dead) tell({ push: 'crashed' });
  return dead;
}

/** What goes on in the background has nobody who waits for it. */
self.addEventListener('unhandledrejection', ({ reason }) => died(reason));

async function lead(): Promise<void> {
  const publish = (push: Push): void => tabs.publish(push);
  const leader = await Leader.open({ storage: openStorage, engine: () => Engine.load(), publish });
  const table = commands(leader, publish);
  tabs.take(async ({ id, command, args }: Request): Promise<Reply> => {
    try {
      return { id, ok: true, answer: await table[command](args as never) };
    } catch (error) {
      // Left without a reply: our page starts anew, and what another tab asked for is asked again of the next leader.
      if (died(error)) await new Promise(() => undefined);
      return { id, ok: false, failure: failure(error) };
    }
  });
}

/** The lock is held until this worker ends; then the next one in line leads. */
void navigator.locks.request('footpath/leader', async () => {
  try {
    await lead();
  } catch (error) {
    tell({ push: 'stopped', failure: failure(error) });
  }
  await new Promise(() => undefined);
});
