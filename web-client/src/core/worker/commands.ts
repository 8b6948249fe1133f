/** What the leader does for a page: one function for each command of `protocol.ts`. */
import { NetworkError, call, json } from '../network';
import type { CommandName, Commands, Failure, Push } from '../protocol';
import type { Identity } from '../types';
import { Courier, detail, problem } from './courier';
import { Desk } from './desk';
import type { Leader } from './leader';
import { News } from './news';

/** How long a saved record waits for others to travel with it. */
const GATHER_MS = 1_500;
/** Phones that hear the same news do not come for it in the same moment. */
const SPREAD_MS = 2_000;

export class Refused extends Error {
  constructor(readonly failure: Failure) {
    super(failure.code);
  }
}

type Table = { [K in CommandName]: (args: Commands[K]['args']) => Promise<Commands[K]['answer']> };

function randomHex(bytes: number): string {
  return [...crypto.getRandomValues(new Uint8Array(bytes))].map((b) => b.toString(16).padStart(2, '0')).join('');
}

export function commands(leader: Leader, publish: (push: Push) => void): Table {
  const courier = new Courier(leader, (result) => publish({ push: 'synced', result }));
  const desk = new Desk(() => leader.engine);
  const news = new News({
    listen: (heard, signal) => desk.listen(courier.language, heard, signal),
    news(why) {
      publish({ push: 'news' });
      // A desk holds nothing: its pages ask for what they show. The courier has a timetable of its own.
      if (why === 'poke' && goesOut(leader.engine.identity())) courier.soon(Math.random() * SPREAD_MS);
    },
  });

  async function enrol(args: Commands['enrol']['args']): Promise<null> {
    const { public_key } = await leader.step({ event: 'new_key', random: randomHex(32) });
    const bytes = new TextEncoder().encode(JSON.stringify({ ...args, public_key }));
    const answer = await call({
      method: 'POST', path: '/v1/enrol', bytes, type: 'application/json', language: courier.language,
    });
    const body = json(answer);
    if (answer.status !== 200 && answer.status !== 201) throw new Refused(enrolFailure(answer.status, body));
    await leader.step({ event: 'enrolled', answer: body, now_ms: Date.now() });
    publish({ push: 'session', session: leader.engine.identity() });
    // Whoever was refused news as another device does not wait for the next try.
    comeBack();
    return null;
  }

  if (leader.status.signed_in) courier.soon(0);
  leader.onReopened = () => courier.soon(0);
  const comeBack = (): void => {
    if (!leader.status.signed_in) return;
    courier.soon(0);
    news.hurry();
  };
  self.addEventListener('online', comeBack);

  return {
    enrol,
    hello: async () => leader.snapshot(),
    sync: () => courier.sync(),
    check: async ({ type, fields }) => leader.engine.check(type, fields),
    rest: (args) => desk.rest(args, courier.language),
    export: async () => leader.engine.exportUnsent(),
    async earlier(args) {
      const asked_ms = Date.now();
      await leader.step({ event: 'earlier', ...args });
      const result = await courier.sync();
      // A run that was under way had said what it wants before.
      return result.at_ms < asked_ms && !result.problem ? courier.sync() : result;
    },
    async write({ forget, ...event }) {
      const { saved, refused } = await leader.save(event, forget);
      if (!saved) throw new Refused({ code: refused ?? 'not_saved', detail: null });
      if (forget) publish({ push: 'drafts', drafts: leader.engine.drafts() });
      courier.soon(GATHER_MS);
      return saved;
    },
    async draft({ key, body }) {
      await leader.step({ event: 'draft', key, body });
      publish({ push: 'drafts', drafts: leader.engine.drafts() });
      return null;
    },
    async language({ language }) {
      courier.language = language;
      return null;
    },
    async watch({ page, visible }) {
      if (leader.status.signed_in) news.watch(page, visible);
      return null;
    },
    async nudge() {
      comeBack();
      return null;
    },
    async sign_out() {
      if (leader.status.waiting > 0) throw new Refused({ code: 'unsent', detail: null });
      courier.stop();
      news.stop();
      await leader.storage.destroy();
      publish({ push: 'session', session: null });
      return null;
    },
  };
}

/** Whether this person carries work in the villages, and the documents for it. */
const goesOut = (who: Identity | null): boolean => who?.duties.some((duty) => duty === 'worker' || duty === 'volunteer') ?? false;

export function enrolFailure(status: number, body: unknown): Failure {
  if (status === 401 || status === 403) return { code: 'wrong_password', detail: detail(body) };
  return { code: problem(status) ?? 'server', detail: detail(body) };
}

/** Any error as something a page can put into words. */
export function failure(error: unknown): Failure {
  if (error instanceof Refused) return error.failure;
  if (error instanceof NetworkError) return { code: 'network', detail: null };
  if (error instanceof DOMException && error.name === 'QuotaExceededError') return { code: 'no_room', detail: null };
  return { code: 'not_saved', detail: error instanceof Error ? error.message : String(error) };
}
