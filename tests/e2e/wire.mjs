// A wire that can be cut and be slow: a TCP relay between the browser and the server. What the browser's own "offline"
// switch does not reach (a service worker, a worker) is cut off all the same. It counts what comes down.
import net from 'node:net';
import { Transform } from 'node:stream';

/** One piece after the other, each as late as the wire makes it. */
const throttle = (wire) =>
  new Transform({
    transform(piece, _, done) {
      if (wire.rate === Infinity) done(null, piece);
      else setTimeout(done, (piece.length / wire.rate) * 1000, null, piece);
    },
  });

export class Wire {
  /** Bytes a second, down, for each connection. */
  rate = Infinity;
  down = 0;
  /** What was asked for, as `GET /path`. */
  asked = [];
  #sockets = new Set();
  #cut = false;
  #relay;

  /** @param {number} target port of the server */
  constructor(target) {
    this.#relay = net.createServer((near) => {
      if (this.#cut) return near.destroy();
      const far = net.connect(target, '127.0.0.1');
      for (const [socket, other] of [[near, far], [far, near]]) {
        this.#sockets.add(socket);
        socket.on('error', () => other.destroy());
        socket.on('close', () => this.#sockets.delete(socket));
      }
      near.on('close', () => far.destroy());
      near.on('data', (piece) => this.asked.push(...(/^[A-Z]+ \S+/.exec(piece.toString('latin1')) ?? [])));
      far.on('data', ({ length }) => (this.down += length));
      near.pipe(far);
      far.pipe(throttle(this)).pipe(near);
    });
  }

  async open() {
    await new Promise((resolve) => this.#relay.listen(0, '127.0.0.1', resolve));
    this.port = this.#relay.address().port;
    return this;
  }

  cut() {
    this.#cut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend() {
    this.#cut = false;
  }

  close() {
    this.cut();
    this.#relay.close();
  }
}
