/**
 * Carries what waits to the server and news back: one run at a time, again and again for as long as it takes. Whatever
 * a run ended with, another one is planned before anybody hears of it.
 */
import { call, json } from '../network';
import type { SyncProblem, SyncResult } from '../protocol';
import type { Leader, Send } from './leader';
import { nextDelay } from './schedule';

/** The core stops by itself after a refusal; this ends a run even if it did not. Halving a big request takes some. */
const REFUSALS_IN_A_RUN = 24;

export class Courier {
  language = 'ru';
  private running: Promise<SyncResult> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private planned_ms = Infinity;
  /** Asked for during a run, which may have been too far on to take it along. */
  private wanted_ms = Infinity;
  private failures = 0;
  private asked_ms: number | null = null;
  /** The server asked us to stay away until then; only the person may go before. */
  private not_before_ms = 0;

  constructor(private leader: Leader, private report: (result: SyncResult) => void) {}

  /** Joins the run under way, if there is one. */
  sync(): Promise<SyncResult> {
    this.running ??= this.run().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  /** Soon, but not at once: what is saved within a few seconds travels in one request. What is planned sooner stays. */
  soon(after_ms: number): void {
    const at = Date.now() + after_ms;
    if (this.running) this.wanted_ms = Math.min(this.wanted_ms, at);
    else if (Math.max(at, this.not_before_ms) < this.planned_ms) this.plan(Math.max(at, this.not_before_ms));
  }

  stop(): void {
    clearTimeout(this.timer);
    this.planned_ms = Infinity;
  }

  private plan(at_ms: number): void {
    clearTimeout(this.timer);
    this.planned_ms = at_ms;
    // What goes wrong here but the network's own ways is told by whoever it went wrong for; another run is planned.
    this.timer = setTimeout(() => void this.sync().catch(onlyTheCore), Math.max(0, at_ms - Date.now()));
  }

  private async run(): Promise<SyncResult> {
    this.stop();
    const result: SyncResult = { sent: 0, received: 0, problem: null, detail: null, at_ms: Date.now() };
    this.asked_ms = null;
    this.wanted_ms = Infinity;
    let whole = false;
    try {
      if (this.leader.status.signed_in) await this.exchange(result);
      whole = true;
    } finally {
      this.failures = result.problem || !whole ? this.failures + 1 : 0;
      const wait_ms = nextDelay(this.failures, Math.random(), this.asked_ms);
      this.not_before_ms = this.asked_ms === null ? 0 : Date.now() + wait_ms;
      this.plan(Math.min(Date.now() + wait_ms, this.failures === 0 ? this.wanted_ms : Infinity));
    }
    this.report(result);
    return result;
  }

  private async exchange(result: SyncResult): Promise<void> {
    const waiting = this.leader.status.waiting;
    let outcome = await this.leader.step({ event: 'sync', now_ms: Date.now() });
    for (let refusals = 0; outcome.send && refusals < REFUSALS_IN_A_RUN; ) {
      const answer = await this.send(outcome.send, result);
      if (!answer) return;
      if (answer.status !== 200) refusals++;
      outcome = await this.leader.step({ event: 'answer', status: answer.status, now_ms: Date.now() }, answer.bytes);
      result.received += outcome.touched;
    }
    result.sent = Math.max(0, waiting - this.leader.status.waiting);
  }

  private async send(send: Send, result: SyncResult) {
    try {
      const answer = await call({
        method: send.method, path: send.path, token: send.token, bytes: send.bytes,
        type: 'application/cbor', language: this.language,
      });
      this.asked_ms = answer.retry_after_ms;
      result.problem = problem(answer.status);
      result.detail = result.problem ? detail(json(answer)) : null;
      return answer;
    } catch {
      result.problem = 'network';
      await this.leader.step({ event: 'failed' });
      return null;
    }
  }
}

export function problem(status: number): SyncProblem | null {
  if (status === 200) return null;
  if (status === 429 || status === 503) return 'busy';
  return status >= 500 ? 'server' : 'refused';
}

/** The server's own words about a problem (RFC 9457). */
export function detail(body: unknown): string | null {
  if (typeof body !== 'object' || body === null) return null;
  const { detail, title } = body as { detail?: unknown; title?: unknown };
  if (typeof detail === 'string') return detail;
  return typeof title === 'string' ? title : null;
}

/** The end of the core is the worker's to hear of. */
function onlyTheCore(error: unknown): void {
  if (error instanceof WebAssembly.RuntimeError) throw error;
}
