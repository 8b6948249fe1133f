/**
 * The append log in OPFS: the one place where unsent work, the device key and the counters live.
 *
 * Two files take turns. Each starts with a header naming its generation; the valid header with the highest generation
 * is the log. Compaction writes the other file in full and its header last, so a kill at any moment leaves one whole log.
 */
import type { Extent } from './mirror';

const HEADER = 32;
const MAGIC = 0x46504c31; // "FPL1"

export interface Header {
  generation: number;
  install: string;
}

/** The part of FileSystemSyncAccessHandle the log needs, so that tests can bring their own. */
export interface Handle {
  read(into: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  write(bytes: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  getSize(): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}

function sum(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

function encode({ generation, install }: Header): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC);
  view.setUint32(4, generation);
  for (let i = 0; i < 16; i++) bytes[8 + i] = parseInt(install.slice(2 * i, 2 * i + 2), 16);
  view.setUint32(24, sum(bytes.subarray(0, 24)));
  return bytes;
}

function decode(handle: Handle): Header | null {
  const bytes = new Uint8Array(HEADER);
  if (handle.read(bytes, { at: 0 }) < HEADER) return null;
  const view = new DataView(bytes.buffer);
  if (view.getUint32(0) !== MAGIC || view.getUint32(24) !== sum(bytes.subarray(0, 24))) return null;
  const install = [...bytes.subarray(8, 24)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return { generation: view.getUint32(4), install };
}

function put(handle: Handle, bytes: Uint8Array, at: number): void {
  const written = handle.write(bytes as Uint8Array<ArrayBuffer>, { at });
  if (written < bytes.length) throw new DOMException('the log took only a part of the bytes', 'QuotaExceededError');
}

export class AppendLog {
  private constructor(
    private current: Handle,
    private spare: Handle,
    private header: Header,
    /** No valid log was there: this installation starts now. */
    readonly fresh: boolean,
  ) {}

  static open(a: Handle, b: Handle, newInstall: () => string): AppendLog {
    const [ofA, ofB] = [decode(a), decode(b)];
    if (ofA && (!ofB || ofA.generation >= ofB.generation)) return new AppendLog(a, b, ofA, false);
    if (ofB) return new AppendLog(b, a, ofB, false);
    const header = { generation: 1, install: newInstall() };
    a.truncate(0);
    put(a, encode(header), 0);
    a.flush();
    return new AppendLog(a, b, header, true);
  }

  get install(): string {
    return this.header.install;
  }

  /** How far it reaches. */
  get extent(): Extent {
    return { generation: this.header.generation, size: this.current.getSize() - HEADER };
  }

  read(): Uint8Array {
    const bytes = new Uint8Array(this.current.getSize() - HEADER);
    this.current.read(bytes, { at: HEADER });
    return bytes;
  }

  /** Returns only when the bytes are on the disk; a failed append leaves the log as it was. */
  append(bytes: Uint8Array): void {
    const end = this.current.getSize();
    try {
      put(this.current, bytes, end);
      this.current.flush();
    } catch (error) {
      this.current.truncate(end);
      throw error;
    }
  }

  replace(bytes: Uint8Array): void {
    this.become({ ...this.header, generation: this.header.generation + 1 }, bytes);
  }

  /** Goes on from a copy that knows more than what was found here. */
  restore(bytes: Uint8Array, install: string, generation: number): void {
    this.become({ install, generation: Math.max(generation, this.header.generation) + 1 }, bytes);
  }

  private become(header: Header, bytes: Uint8Array): void {
    try {
      this.spare.truncate(0);
      put(this.spare, new Uint8Array(HEADER), 0);
      put(this.spare, bytes, HEADER);
      this.spare.flush();
      put(this.spare, encode(header), 0);
      this.spare.flush();
    } catch (error) {
      this.spare.truncate(0);
      throw error;
    }
    [this.current, this.spare, this.header] = [this.spare, this.current, header];
  }

  close(): void {
    this.current.close();
    this.spare.close();
  }
}
