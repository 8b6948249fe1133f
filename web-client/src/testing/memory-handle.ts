import type { Handle } from '../core/storage/log';

/** A file in memory. `room` limits how much it takes, `kept` is what a kill would leave: what was flushed. */
export class MemoryHandle implements Handle {
  bytes = new Uint8Array();
  kept = new Uint8Array();
  room = Infinity;
  flushes = 0;
  onTruncate: () => void = () => undefined;

  read(into: Uint8Array<ArrayBuffer>, { at }: { at: number }): number {
    const part = this.bytes.subarray(at, at + into.length);
    into.set(part);
    return part.length;
  }

  write(bytes: Uint8Array<ArrayBuffer>, { at }: { at: number }): number {
    const taken = Math.max(0, Math.min(bytes.length, this.room - at));
    const size = Math.max(this.bytes.length, at + taken);
    const next = new Uint8Array(size);
    next.set(this.bytes);
    next.set(bytes.subarray(0, taken), at);
    this.bytes = next;
    return taken;
  }

  getSize(): number {
    return this.bytes.length;
  }

  truncate(size: number): void {
    const next = new Uint8Array(size);
    next.set(this.bytes.subarray(0, size));
    this.bytes = next;
    this.onTruncate();
  }

  flush(): void {
    this.flushes++;
    this.kept = this.bytes.slice();
  }

  close(): void {}
}

export function pair(): [MemoryHandle, MemoryHandle] {
  return [new MemoryHandle(), new MemoryHandle()];
}

export const INSTALL = 'ab'.repeat(16);
