/**
 * Room taken while there is plenty, given back when there is none: a visit is still saved on a full phone, and the
 * person is told to make room. A routine visit takes about a kilobyte.
 */
import type { Handle } from './log';

/** Chromium hands out room to files of this kind a whole megabyte at a time: less would not get the log over its next step. */
const BYTES = 3 * 1024 * 1024;

export class Reserve {
  private closed = false;

  constructor(private handle: Handle) {}

  /** Zeros and not a hole in the file: a hole takes no room. */
  fill(): void {
    if (this.handle.getSize() >= BYTES) return;
    try {
      this.handle.write(new Uint8Array(BYTES), { at: 0 });
      this.handle.flush();
    } catch {
      this.handle.truncate(0);
    }
  }

  /** Whether there was anything to give back. Only a closed file gives its room back; the next start takes it again. */
  release(): boolean {
    if (this.closed || this.handle.getSize() === 0) return false;
    this.handle.truncate(0);
    this.close();
    return true;
  }

  close(): void {
    if (!this.closed) this.handle.close();
    this.closed = true;
  }
}
