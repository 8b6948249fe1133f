/**
 * What the cache does not have of the log yet. The cache carries a second copy of the whole log, so that either store can
 * be made again from the other: a browser that throws away one of them takes nothing with it.
 */
import type { AppendLog } from './log';

/** How far a log reaches: its generation, and the bytes of it. */
export interface Extent {
  generation: number;
  size: number;
}

/** What to put into the copy, each part at its place in the log. */
export interface Copying {
  /** The parts are the whole log: what was there before goes. */
  anew: boolean;
  parts: { at: number; bytes: Uint8Array }[];
  extent: Extent;
}

/** Whether `one` knows more of the log than `other`. */
export function ahead(one: Extent, other: Extent): boolean {
  return one.generation > other.generation || (one.generation === other.generation && one.size > other.size);
}

export class Mirror {
  private parts: Copying['parts'] = [];
  private anew: boolean;

  /** `copied` says how far the copy in the cache reaches, if there is one. */
  constructor(private log: AppendLog, copied: Extent | undefined) {
    const { generation, size } = log.extent;
    this.anew = copied?.generation !== generation || copied.size !== size;
  }

  get behind(): boolean {
    return this.anew || this.parts.length > 0;
  }

  append(bytes: Uint8Array, at: number): void {
    if (!this.anew) this.parts.push({ at, bytes });
  }

  /** The log was replaced, or a copying failed: from here on only all of it will do. */
  startAnew(): void {
    this.anew = true;
    this.parts = [];
  }

  take(): Copying {
    const { anew, parts } = this;
    const copying = { anew, parts: anew ? [{ at: 0, bytes: this.log.read() }] : parts, extent: this.log.extent };
    this.anew = false;
    this.parts = [];
    return copying;
  }
}
