/** The WASM core as the worker sees it. The interface is `sync-core/src/wasm.rs`. */
import init, { Core } from '../pkg/sync_core.js';
import wasm from '../pkg/sync_core_bg.wasm?url';
import type { CoreEvent, Effect, Identity, RecordSchema, RecordType, Violation, Fields } from '../types';
import type { Contents } from '../storage/cache';

export class Engine {
  private constructor(private core: Core) {}

  static async load(): Promise<Engine> {
    await init({ module_or_path: wasm });
    return new Engine(new Core());
  }

  open(log: Uint8Array, contents: Contents): Effect[] {
    return this.core.open(log, contents.documents, contents.cursor, contents.office) as Effect[];
  }

  step(event: CoreEvent, body?: Uint8Array): Effect[] {
    return this.core.step(JSON.stringify(event), body) as Effect[];
  }

  token(method: string, path: string, body: Uint8Array, now_ms: number): string {
    return this.core.token(method, path, body, now_ms) ?? '';
  }

  identity(): Identity | null {
    const identity = this.core.identity();
    return identity === undefined ? null : (JSON.parse(identity) as Identity);
  }

  schemas(): Partial<Record<RecordType, RecordSchema>> {
    return JSON.parse(this.core.schemas());
  }

  check(type: RecordType, fields: Fields): Violation[] {
    return JSON.parse(this.core.check(type, JSON.stringify(fields)));
  }

  drafts(): Record<string, string> {
    return JSON.parse(this.core.drafts());
  }

  exportUnsent(): Uint8Array {
    return this.core.export_unsent();
  }
}
