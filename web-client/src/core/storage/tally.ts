/**
 * How much the cache holds, noted beside the log: when the cache is gone, this is how we know what was in it.
 * Only counts, and only for the words that tell of it: a tally that cannot be read counts as nothing.
 */
import type { Handle } from './log';

const SIZE = 8;

export class Tally {
  constructor(private handle: Handle) {}

  read(): number {
    const bytes = new Uint8Array(SIZE);
    if (this.handle.read(bytes, { at: 0 }) < SIZE) return 0;
    const view = new DataView(bytes.buffer);
    const records = view.getUint32(0);
    return view.getUint32(4) === ~records >>> 0 ? records : 0;
  }

  note(records: number): void {
    const bytes = new Uint8Array(SIZE);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, records);
    view.setUint32(4, ~records >>> 0);
    try {
      this.handle.write(bytes, { at: 0 });
    } catch {
      // A phone without room for eight bytes has other worries.
    }
  }

  close(): void {
    this.handle.close();
  }
}
