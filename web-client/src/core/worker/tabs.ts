/**
 * Several tabs, one leader. A worker that does not lead passes its page's requests over a BroadcastChannel;
 * when a new leader announces itself, requests still without a reply are sent again.
 */
import type { Push, Reply, Request } from '../protocol';

export const CHANNEL = 'footpath';

type Message = { request: Request } | { reply: Reply } | { push: Push } | { leads: true };

export interface Page {
  reply(reply: Reply): void;
  push(push: Push): void;
}

type Lead = (request: Request) => Promise<Reply>;

export class Tabs {
  private pending = new Map<string, Request>();
  private lead: Lead | null = null;

  constructor(private channel: Pick<BroadcastChannel, 'postMessage' | 'onmessage'>, private page: Page) {
    channel.onmessage = ({ data }: MessageEvent<Message>) => void this.heard(data);
  }

  /** A request of our own page. */
  ask(request: Request): void {
    this.pending.set(request.id, request);
    if (this.lead) void this.lead(request).then((reply) => this.settle(reply));
    else this.channel.postMessage({ request } satisfies Message);
  }

  /** From now on this worker answers, its own page first. */
  take(lead: Lead): void {
    this.lead = lead;
    for (const request of this.pending.values()) this.ask(request);
    this.channel.postMessage({ leads: true } satisfies Message);
  }

  /** News for every page. Only the leader has any. */
  publish(push: Push): void {
    this.page.push(push);
    this.channel.postMessage({ push } satisfies Message);
  }

  private settle(reply: Reply): void {
    if (this.pending.delete(reply.id)) this.page.reply(reply);
  }

  private async heard(message: Message): Promise<void> {
    if ('reply' in message) return this.settle(message.reply);
    if ('push' in message) return this.page.push(message.push);
    if ('leads' in message) {
      for (const request of this.pending.values()) this.channel.postMessage({ request } satisfies Message);
    } else if (this.lead) {
      this.channel.postMessage({ reply: await this.lead(message.request) } satisfies Message);
    }
  }
}
