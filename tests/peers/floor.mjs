// The floor: what the work costs when nothing is synchronised at all. Rows of a day go up as one gzipped JSON, the
// whole past comes down as one. No merge, no admission, no resuming.
import http from 'node:http';
import { gzipSync, gunzipSync } from 'node:zlib';

export const title = 'one POST / GET of gzipped JSON (floor)';
export const packages = [];
export const settings = ['gzip at level 9', 'headers as Chromium sends them', 'the server keeps the rows in memory'];

export async function serve() {
  const rows = new Map();
  const server = http.createServer(async (request, answer) => {
    if (request.method === 'POST') {
      const parts = [];
      for await (const part of request) parts.push(part);
      const sent = JSON.parse(gunzipSync(Buffer.concat(parts)));
      rows.set(request.url, [...(rows.get(request.url) ?? []), ...sent]);
      answer.writeHead(204).end();
    } else {
      const body = gzipSync(JSON.stringify(rows.get(request.url) ?? []), { level: 9 });
      const about = { 'content-type': 'application/json', 'content-encoding': 'gzip', 'content-length': body.length };
      answer.writeHead(200, about).end(body);
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server.address().port;
}

const HEADERS = {
  accept: '*/*',
  'accept-encoding': 'gzip, deflate, br, zstd',
  'accept-language': 'ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7',
  'sec-fetch-dest': 'empty',
  'sec-fetch-mode': 'cors',
  'sec-fetch-site': 'same-origin',
  'user-agent':
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36',
};

export class Device {
  #login;
  #rows = [];
  #unsent = [];
  #isFresh = false;
  #agent = new http.Agent({ keepAlive: true });

  static async begin(login) {
    const device = new Device();
    device.#login = login;
    return device;
  }

  static async fresh(login) {
    const device = await Device.begin(login);
    device.#isFresh = true;
    return device;
  }

  invitation() {}

  async save(visit) {
    this.#rows.push(visit);
    this.#unsent.push(visit);
  }

  async sync(port) {
    if (this.#isFresh) {
      this.#rows = JSON.parse(gunzipSync(await this.#ask(port, 'GET', {})));
    } else {
      const body = gzipSync(JSON.stringify(this.#unsent), { level: 9 });
      const about = { 'content-type': 'application/json', 'content-encoding': 'gzip', 'content-length': body.length };
      await this.#ask(port, 'POST', about, body);
      this.#unsent = [];
    }
  }

  #ask(port, method, headers, body) {
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port, method, path: `/${this.#login}`, headers: { ...HEADERS, ...headers } };
      const request = http.request({ ...options, agent: this.#agent }, async (answer) => {
        const parts = [];
        for await (const part of answer) parts.push(part);
        resolve(Buffer.concat(parts));
      });
      request.on('error', reject).end(body);
    });
  }

  async leave() {
    this.#agent.destroy();
    this.#agent = new http.Agent({ keepAlive: true });
  }

  async visits() {
    return this.#rows.length;
  }
}
