// A wire that can be cut: a TCP relay between the browser and the server. What the browser's own "offline" switch
// does not reach (a service worker, a worker) is cut off all the same.
import net from 'node:net';

export class Wire {
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
        socket.on('error', () => socket.destroy());
        socket.on('close', () => {
          this.#sockets.delete(socket);
          other.destroy();
        });
        socket.pipe(other);
      }
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
