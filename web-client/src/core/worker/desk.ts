/** REST calls of the coordinator's desk, signed by the device key like everything else. */
import { type Ended, call, json, listen } from '../network';
import type { Commands, RestAnswer } from '../protocol';
import type { Engine } from './engine';

interface ClockProblem {
  type?: string;
  server_time_ms?: number;
}

/** How far this phone's clock is behind the server's, when the server said so. */
function clockOffset(status: number, body: unknown): number | null {
  const { type, server_time_ms } = (body ?? {}) as ClockProblem;
  if (status !== 401 || !type?.endsWith('/clock') || server_time_ms === undefined) return null;
  return server_time_ms - Date.now();
}

export class Desk {
  private offset_ms = 0;

  constructor(private engine: () => Engine) {}

  async rest(args: Commands['rest']['args'], language: string): Promise<RestAnswer> {
    const first = await this.once(args, language);
    const offset = clockOffset(first.status, first.body);
    if (offset === null) return first;
    this.offset_ms = offset;
    return this.once(args, language);
  }

  /** Hears of news until the stream ends. */
  async listen(language: string, heard: (event: 'open' | 'poke') => void, signal: AbortSignal): Promise<Ended> {
    const path = '/v1/news';
    const token = this.token('GET', path, new Uint8Array());
    return listen({ path, language, token, signal }, heard);
  }

  private token(method: string, path: string, bytes: Uint8Array): string {
    return this.engine().token(method, path, bytes, Date.now() + this.offset_ms);
  }

  private async once({ method, path, body }: Commands['rest']['args'], language: string): Promise<RestAnswer> {
    const bytes = body === null || body === undefined ? new Uint8Array() : new TextEncoder().encode(JSON.stringify(body));
    const token = this.token(method, path, bytes);
    const content = bytes.length > 0 ? { bytes, type: 'application/json' } : {};
    const answer = await call({ method, path, token, language, ...content });
    return { status: answer.status, body: json(answer) };
  }
}
