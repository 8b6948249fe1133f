import { describe, expect, it } from 'vitest';
import { INSTALL, MemoryHandle, pair } from '../../testing/memory-handle';
import { AppendLog } from './log';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (log: AppendLog): string => new TextDecoder().decode(log.read());
const open = (a: MemoryHandle, b: MemoryHandle): AppendLog => AppendLog.open(a, b, () => INSTALL);

describe('the append log', () => {
  it('is fresh once, and remembers its installation', () => {
    const [a, b] = pair();
    expect(open(a, b).fresh).toBe(true);
    const again = AppendLog.open(a, b, () => 'cd'.repeat(16));
    expect(again.fresh).toBe(false);
    expect(again.install).toBe(INSTALL);
  });

  it('flushes every append before it returns', () => {
    const [a, b] = pair();
    const log = open(a, b);
    log.append(bytes('one'));
    expect(a.kept).toEqual(a.bytes);
    log.append(bytes('two'));
    expect(text(open(a, b))).toBe('onetwo');
  });

  it('leaves no part of an append that failed', () => {
    const [a, b] = pair();
    const log = open(a, b);
    log.append(bytes('one'));
    a.room = a.getSize() + 2;
    expect(() => log.append(bytes('two'))).toThrow();
    a.room = Infinity;
    log.append(bytes('three'));
    expect(text(open(a, b))).toBe('onethree');
  });

  it('takes turns between two files when it is compacted', () => {
    const [a, b] = pair();
    const log = open(a, b);
    log.append(bytes('long story'));
    log.replace(bytes('short'));
    log.append(bytes(' more'));
    expect(text(open(a, b))).toBe('short more');
    log.replace(bytes('third'));
    expect(text(open(a, b))).toBe('third');
  });

  it('has one whole log whenever compaction is cut short', () => {
    for (let cut = 0; cut < 60; cut++) {
      const [a, b] = pair();
      const log = open(a, b);
      log.append(bytes('before'));
      b.room = cut; // the phone dies while the other file is written
      try {
        log.replace(bytes('after, and rather long'));
      } catch {
        // what counts is what the next start finds
      }
      expect(['before', 'after, and rather long']).toContain(text(open(a, b)));
    }
  });

  it('ignores a header that was damaged', () => {
    const [a, b] = pair();
    const log = open(a, b);
    log.append(bytes('old'));
    log.replace(bytes('new'));
    b.bytes[5] = 0xff;
    expect(text(open(a, b))).toBe('old');
  });
});
