// A phone: Chromium with storage of its own, a small screen, and a wire to the server that can be cut.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { killGroup } from './processes.mjs';
import { Wire } from './wire.mjs';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const args = [
  '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--disable-quic', '--no-first-run',
];

/** In the page: a command to the leading worker over the channel the tabs use, asked again until somebody leads. */
function askLeader() {
  window.__e2e_ask = (command, args) =>
    new Promise((resolve, reject) => {
      const channel = new BroadcastChannel('footpath');
      const request = { id: crypto.randomUUID(), command, args };
      const again = setInterval(() => channel.postMessage({ request }), 1000);
      channel.onmessage = ({ data }) => {
        if (data.reply?.id !== request.id) return;
        clearInterval(again);
        channel.close();
        if (data.reply.ok) resolve(data.reply.answer);
        else reject(new Error(data.reply.failure.code));
      };
      channel.postMessage({ request });
    });
}

export class Phone {
  taps = 0;
  problems = [];

  static async take(server, { locale = 'ru-RU', width = 360, height = 740 } = {}) {
    const phone = new this();
    phone.wire = await new Wire(server.port).open();
    phone.folder = await mkdtemp(path.join(tmpdir(), 'footpath-phone-'));
    phone.look = { locale, viewport: { width, height } };
    await phone.turnOn();
    return phone;
  }

  /** Starts the browser with what is in its folder. */
  async turnOn() {
    this.context = await chromium.launchPersistentContext(this.folder, { executablePath, args, hasTouch: true, ...this.look });
    this.context.setDefaultTimeout(20_000);
    await this.context.addInitScript(askLeader);
    this.page = this.context.pages()[0];
    this.#watch();
  }

  async turnOff() {
    await this.context.close();
  }

  /** Every process of the browser is gone at once, as when the battery falls out. */
  async pullBattery() {
    await killGroup(`--user-data-dir=${this.folder}`);
  }

  /** The worker of a tab, where the storage and the core are if it leads. */
  async worker(page = this.page) {
    for (let tries = 0; tries < 100; tries++) {
      const found = page.workers().find((worker) => worker.url().includes('worker'));
      if (found) return found;
      await page.waitForTimeout(50);
    }
    throw new Error('the page has no worker');
  }

  #watch() {
    this.page.on('pageerror', (error) => this.problems.push(String(error.stack ?? error)));
  }

  get origin() {
    return `http://127.0.0.1:${this.wire.port}`;
  }

  async open(hash = '') {
    await this.page.goto(`${this.origin}/${hash}`);
  }

  /** Signs in and waits until the list is whole and the app is kept for starts without a network. */
  async signIn(login, password = login) {
    await this.open();
    await this.page.fill('#login', login);
    await this.page.fill('#password', password);
    await this.page.click('button[type=submit]');
    await this.page.waitForSelector('main article, main table, main li');
    await this.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await this.page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await this.quiet();
  }

  /** Until nothing waits and nothing is on its way. */
  async quiet() {
    const end = Date.now() + 60_000;
    for (;;) {
      const { status } = await this.ask('hello');
      if (status.last_sync_ms !== null && !status.syncing && status.waiting === 0 && status.due === 0) return;
      if (Date.now() > end) throw new Error(`not quiet: ${JSON.stringify(status)}`);
      await this.page.waitForTimeout(250);
    }
  }

  /** A tap as a thumb does it, counted. */
  async tap(target) {
    this.taps++;
    const locator = typeof target === 'string' ? this.page.locator(target).first() : target;
    await locator.click();
  }

  button(name) {
    return this.page.getByRole('button', { name }).first();
  }

  async goOffline() {
    this.wire.cut();
    await this.context.setOffline(true);
  }

  async goOnline() {
    this.wire.mend();
    await this.context.setOffline(false);
  }

  /** The tab dies as it does when the system wants its memory: no event, no farewell. */
  async killTab() {
    const session = await this.context.newCDPSession(this.page);
    const crashed = this.page.waitForEvent('crash');
    session.send('Page.crash').catch(() => undefined);
    await crashed;
    const dead = this.page;
    this.page = await this.context.newPage();
    this.#watch();
    await dead.close();
  }

  /** A command to the leading worker, past the pages. */
  ask(command, args = {}) {
    return this.page.evaluate(([name, value]) => window.__e2e_ask(name, value), [command, args]);
  }

  async putAway() {
    await this.context.close();
    this.wire.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
