/** The core as wasm-bindgen exports it, for when `core/pkg` has not been built yet. The real types win when it has. */
declare module '*/pkg/sync_core.js' {
  export default function init(options: { module_or_path: string }): Promise<unknown>;
  export class Core {
    open(log: Uint8Array, docs: unknown[], cursor: Uint8Array | null | undefined, office: unknown[]): unknown[];
    step(event: string, body?: Uint8Array | null): unknown[];
    token(method: string, path: string, body: Uint8Array, now_ms: number): string | undefined;
    identity(): string | undefined;
    schemas(): string;
    check(type: string, fields: string): string;
    drafts(): string;
    export_unsent(): Uint8Array;
  }
}
