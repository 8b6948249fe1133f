// A phone without pages: the core as the browser gets it, with a host that keeps everything in memory. Runs in Node
// (`core.mjs` makes one) and in a page, so that what the core does can be timed by itself. It imports nothing.
export class Host {
  log = [];
  docs = new Map();
  office = new Map();
  rows = new Map();
  cursor = undefined;
  status = {};
  public_key = undefined;
  #send = undefined;

  constructor(core, fetch) {
    this.core = core;
    this.fetch = fetch;
    this.#carryOut(core.open(new Uint8Array(), [], undefined, []));
  }

  /** The same phone in the morning: a new core gets what was stored; gives the milliseconds until it is open. */
  reopen(core) {
    const log = new Uint8Array(this.log.flatMap((bytes) => [...bytes]));
    const began = performance.now();
    const effects = core.open(log, [...this.docs], this.cursor, [...this.office]);
    const took = performance.now() - began;
    this.core = core;
    this.#carryOut(effects);
    return took;
  }

  /** Takes one event in with all that follows from it; gives the milliseconds the core took, without the host's. */
  step(event, body) {
    let took = 0;
    for (let next = event; next; ) {
      const began = performance.now();
      const effects = this.core.step(JSON.stringify(next), next === event ? body : undefined);
      took += performance.now() - began;
      next = this.#carryOut(effects) ? { event: 'continue', now_ms: Date.now() } : undefined;
    }
    return took;
  }

  /** Signs in. With a time, as of that time: it then writes from there on, as a phone that was long away. */
  async enrol(login, now_ms = Date.now()) {
    this.step({ event: 'new_key', random: randomHex(32) });
    const body = JSON.stringify({ login, password: login, device_name: 'bench', public_key: this.public_key });
    const answer = await this.fetch('/v1/enrol', { method: 'POST', body, headers: { 'Content-Type': 'application/json' } });
    if (!answer.ok) throw new Error(`enrolment of ${login}: ${answer.status}`);
    this.step({ event: 'enrolled', answer: { ...(await answer.json()), server_time_ms: now_ms }, now_ms });
  }

  /** Talks until there is nothing more to say; gives what each answer cost the core, and how big it was. */
  async sync() {
    const pages = [];
    this.step({ event: 'sync', now_ms: Date.now() });
    while (this.#send) {
      const { path, bytes, token } = this.#send;
      this.#send = undefined;
      const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/cbor' };
      const answer = await this.fetch(path, { method: 'POST', body: bytes, headers });
      if (!answer.ok) throw new Error(`sync: ${answer.status} ${await answer.text()}`);
      const body = new Uint8Array(await answer.arrayBuffer());
      const before = this.docs.size;
      const ms = this.step({ event: 'answer', status: answer.status, now_ms: Date.now() }, body);
      pages.push({ ms, docs: this.docs.size - before });
    }
    return pages;
  }

  /** Saves a record; gives its id, its document, and the milliseconds. */
  write(type, fields, about = {}, now_ms = Date.now()) {
    this.saved = undefined;
    const ms = this.step({ event: 'write', now_ms, zone: 'Europe/Moscow', random: randomHex(32), type, fields, ...about });
    if (!this.saved) throw new Error(`${type} was not saved`);
    return { ...this.saved, ms };
  }

  /** Whether the core wants to be called again. */
  #carryOut(effects) {
    let again = false;
    for (const effect of effects) {
      if (effect.do === 'append') this.log.push(effect.bytes);
      if (effect.do === 'compact') this.log = [effect.bytes];
      if (effect.do === 'cache') this.#keep(effect);
      if (effect.do === 'send') this.#send = effect;
      if (effect.do === 'saved') this.saved = { record: effect.record, doc: effect.doc };
      if (effect.do === 'public_key') this.public_key = effect.public_key;
      if (effect.do === 'status') this.status = effect.status;
      again ||= effect.do === 'continue';
    }
    return again;
  }

  #keep({ puts, drops, cursor }) {
    for (const { key, bytes, rows, value } of puts) {
      if (value !== undefined) this.office.set(key, value);
      if (bytes) this.docs.set(key, bytes);
      if (rows) this.rows.set(key, rows);
    }
    for (const key of drops) for (const kept of [this.docs, this.office, this.rows]) kept.delete(key);
    this.cursor = cursor ?? this.cursor;
  }
}

const randomHex = (bytes) =>
  [...crypto.getRandomValues(new Uint8Array(bytes))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
