// A coordinator without a browser: enrols with a key of its own and asks the desk's REST, signed as any device.
import { createHash, generateKeyPairSync, sign } from 'node:crypto';

const base64url = (bytes) => Buffer.from(bytes).toString('base64url');

export class Coordinator {
  static async enrol(origin, login) {
    const one = new Coordinator();
    one.origin = origin;
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    one.key = privateKey;
    const public_key = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex');
    const body = JSON.stringify({ login, password: login, device_name: 'e2e', public_key });
    const answer = await fetch(`${origin}/v1/enrol`, {
      method: 'POST', body, headers: { 'Content-Type': 'application/json' },
    });
    if (!answer.ok) throw new Error(`enrolment of ${login}: ${answer.status} ${await answer.text()}`);
    one.identity = await answer.json();
    return one;
  }

  #token(method, path, body) {
    const now = Math.floor(Date.now() / 1000);
    const binding = createHash('sha256').update(`${method}\n${path}\n`).update(body).digest().subarray(0, 16);
    const { device, person, org } = this.identity;
    const claims = {
      iss: device, sub: person, aud: `footpath/${org}`, iat: now, nbf: now - 60, exp: now + 300, req: base64url(binding),
    };
    const head = [{ alg: 'EdDSA', typ: 'JWT' }, claims].map((part) => base64url(JSON.stringify(part))).join('.');
    return `${head}.${base64url(sign(null, Buffer.from(head), this.key))}`;
  }

  async ask(method, path, body) {
    const text = body === undefined ? '' : JSON.stringify(body);
    const answer = await fetch(this.origin + path, {
      method,
      ...(text ? { body: text } : {}),
      headers: {
        Authorization: `Bearer ${this.#token(method, path, text)}`,
        ...(text ? { 'Content-Type': 'application/json' } : {}),
      },
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  /** Every record that fits, page by page. */
  async records(query) {
    const items = [];
    for (let after = ''; ; ) {
      const page = await this.ask('GET', `/v1/records?${query}${after && `&after=${encodeURIComponent(after)}`}`);
      items.push(...page.items);
      if (!page.next) return items;
      after = String(page.next);
    }
  }
}
