/**
 * Room taken while there is plenty, given back when there is none: a visit is still saved on a full phone, and the
 * person is told to make room. A routine visit takes about a kilobyte.
 */
import type { Handle } from './log';

const BYTES = 1024 * 1024;

export class Reserve {
  constructor(private handle: Handle) {}

  /** Zeros and not a hole in the file: a hole takes no room. */
  fill(): void {
    if (this.handle.getSize() >= BYTES) return;
    try {
      this.handle.write(new Uint8Array(BYTES), { at: 0 });
      this.handle.flush();
    } catch {
      this.release();
    }
  }

  /** Whether there was anything to give back. */
  release(): boolean {
    if (this.handle.getSize() === 0) return false;
    this.handle.truncate(0);
    this.handle.flush();
    return true;
  }

  close(): void {
    this.handle.close();
  }
}
