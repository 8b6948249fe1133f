// A link between a client and a server: counts the bytes that TCP carries and the messages in them, and, when told to,
// is as slow and as narrow as the edge of a mobile network. Not simulated: TCP's slow start and its own headers, TLS.
import net from 'node:net';

/** Round trip 300 ms, 20 kB/s each way: the link of tests/src/link.rs. */
export const EDGE = { delayMs: 150, bytesPerSecond: 20_000 };
const PACKET = 1_400;
/** Not much more than a second of it is on the way; the rest waits at the sender. */
const ON_THE_WAY_MS = 1_000;

export class Link {
  up = new Lane();
  down = new Lane();
  connections = 0;
  #sockets = new Set();
  #relay;

  /** @param {number} target port of the server */
  constructor(target, { delayMs = 0, bytesPerSecond = Infinity } = {}) {
    for (const lane of [this.up, this.down]) Object.assign(lane, { delayMs, bytesPerSecond });
    this.#relay = net.createServer({ noDelay: true }, (near) => {
      const far = net.connect({ port: target, host: '127.0.0.1', noDelay: true });
      this.connections += 1;
      this.#join(near, far, this.up);
      this.#join(far, near, this.down);
    });
  }

  #join(from, to, lane) {
    const stream = lane.stream(to);
    this.#sockets.add(from);
    const rest = (milliseconds) => {
      if (milliseconds <= 0) return;
      from.pause();
      setTimeout(() => from.resume(), milliseconds);
    };
    from.on('data', (chunk) => rest(stream.carry(chunk) - ON_THE_WAY_MS));
    // On loopback a connection opens at once; over the link its handshake takes one round trip.
    rest(2 * lane.delayMs);
    from.on('end', () => stream.then(() => to.end()));
    from.on('error', () => from.destroy());
    from.on('close', () => {
      this.#sockets.delete(from);
      stream.then(() => to.destroySoon());
    });
  }

  async open() {
    await new Promise((resolve) => this.#relay.listen(0, '127.0.0.1', resolve));
    this.port = this.#relay.address().port;
    return this;
  }

  /** Bytes each way, headers included; application messages: HTTP requests, or WebSocket messages both ways. */
  get traffic() {
    return {
      bytes_up: this.up.bytes,
      bytes_down: this.down.bytes,
      messages: this.up.requests + this.up.frames + this.down.frames,
      connections: this.connections,
    };
  }

  /** Waits until nothing has moved for so long. */
  async quiet(milliseconds) {
    for (;;) {
      const rest = Math.max(this.up.movedAt, this.down.movedAt) + milliseconds - performance.now();
      if (rest <= 0) return;
      await new Promise((resolve) => setTimeout(resolve, rest));
    }
  }

  close() {
    for (const socket of this.#sockets) socket.destroy();
    this.#relay.close();
  }
}

/** One direction of a link; its connections share what it can carry. */
class Lane {
  bytes = 0;
  requests = 0;
  frames = 0;
  movedAt = 0;
  delayMs = 0;
  bytesPerSecond = Infinity;
  #busyUntil = 0;

  /** What carries the bytes of one connection and tells how long it will be busy, and what comes after them. */
  stream(to) {
    const messages = new Messages(this);
    const queue = [];
    let lastAt = 0;
    const pump = () => {
      while (queue.length > 0 && queue[0].at <= performance.now()) queue.shift().action();
      if (queue.length > 0) setTimeout(pump, Math.max(1, queue[0].at - performance.now()));
    };
    const later = (at, action) => {
      lastAt = Math.max(lastAt, at);
      queue.push({ at: lastAt, action });
      if (queue.length === 1) pump();
    };
    return {
      carry: (chunk) => {
        this.bytes += chunk.length;
        messages.read(chunk);
        const size = this.bytesPerSecond === Infinity ? chunk.length : PACKET;
        for (let at = 0; at < chunk.length; at += size) {
          const packet = chunk.subarray(at, at + size);
          const took = (packet.length / this.bytesPerSecond) * 1_000;
          this.#busyUntil = Math.max(this.#busyUntil, performance.now()) + took;
          later(this.#busyUntil + this.delayMs, () => {
            this.movedAt = performance.now();
            if (to.writable) to.write(packet);
          });
        }
        return this.#busyUntil - performance.now();
      },
      then: (action) => later(performance.now() + this.delayMs, action),
    };
  }
}

/** Tells requests and WebSocket messages apart in the bytes of one direction of one connection. */
class Messages {
  #lane;
  #unread = Buffer.alloc(0);
  #skip = 0;
  #isSocket;

  constructor(lane) {
    this.#lane = lane;
  }

  read(chunk) {
    if (this.#isSocket === undefined) this.#readHead(chunk);
    else if (this.#isSocket) this.#readFrames(chunk);
    else this.#countRequests(chunk);
  }

  #readHead(chunk) {
    this.#unread = Buffer.concat([this.#unread, chunk]);
    const end = this.#unread.indexOf('\r\n\r\n');
    if (end < 0) return;
    const first = this.#unread;
    this.#unread = Buffer.alloc(0);
    this.#isSocket = /\r\nupgrade: *websocket/i.test(first.subarray(0, end).toString('latin1'));
    if (this.#isSocket) this.#readFrames(first.subarray(end + 4));
    else this.#countRequests(first);
  }

  // A request begins in a packet of its own: no client here sends the next before it has the answer to the last.
  #countRequests(chunk) {
    const isRequest = /^(GET|HEAD|PUT|POST|DELETE|OPTIONS) \S+ HTTP\/1\.1\r\n/;
    if (isRequest.test(chunk.toString('latin1'))) this.#lane.requests += 1;
  }

  // RFC 6455, section 5.2. Pings, pongs and closes are bytes, but no messages.
  #readFrames(chunk) {
    let rest = Buffer.concat([this.#unread, chunk]);
    for (;;) {
      const skipped = Math.min(this.#skip, rest.length);
      rest = rest.subarray(skipped);
      this.#skip -= skipped;
      if (this.#skip > 0 || rest.length < 2) break;
      const short = rest[1] & 0x7f;
      const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
      if (rest.length < 2 + lengthBytes) break;
      const length = lengthBytes ? Number(BigInt(`0x${rest.subarray(2, 2 + lengthBytes).toString('hex')}`)) : short;
      const opcode = rest[0] & 0x0f;
      if (opcode === 1 || opcode === 2) this.#lane.frames += 1;
      this.#skip = length + (rest[1] & 0x80 ? 4 : 0);
      rest = rest.subarray(2 + lengthBytes);
    }
    this.#unread = rest;
  }
}
