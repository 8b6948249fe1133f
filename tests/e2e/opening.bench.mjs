// Prints what documents cost a poor phone's processor, as JSON for the bench: {"opening": {..}}, milliseconds of the core
// alone. The core runs on a page's main thread, because Chromium slows no workers down.
//
//     node tests/e2e/opening.bench.mjs
//
// A phone away for three months writes 20 recipients x 100 visits, then nine more recipients with 100, 8 or no visits of
// this month. A new phone takes all of it in; the nine are given to a colleague's phone one by one.
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { Coordinator } from './coordinator.mjs';
import { away, monthsAgo, pkg, register } from './core.mjs';
import { Server } from './server.mjs';

const SLOWER = Number(process.env.FOOTPATH_SLOWER ?? 6);
const [RECIPIENTS, VISITS, MONTHS] = [20, 100, 3];
const SIZES = [100, 8, 0];
const TIMES = 3;

const WORDS = 'была дома чувствует себя хорошо купили хлеб и молоко принесли дрова давление в норме просила позвонить дочери'.split(' ');

const server = await Server.start();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });

try {
  const anna = await away(server, 'anna', monthsAgo(MONTHS - 1));
  const many = Array.from({ length: RECIPIENTS }, (_, n) => register(anna, `Получатель ${n}`, monthsAgo(MONTHS - 1)));
  for (let n = 0; n < VISITS; n++) {
    for (const about of many) visit(anna, about, n, monthsAgo(MONTHS - 1 - Math.floor((n * MONTHS) / VISITS)));
  }
  const given = SIZES.flatMap((size) => Array.from({ length: TIMES }, () => [size, register(anna, `Новенькая ${size}`)]));
  for (const [size, about] of given) for (let n = 0; n < size; n++) visit(anna, about, n);
  await anna.sync();
  if (anna.status.waiting) throw new Error(`${anna.status.waiting} changes were not taken in`);
  await snapshotsOfAll();

  const slow = await page();
  const first = await slow.evaluate(() => window.firstSync('anna'));
  const opening = {
    slower: SLOWER,
    first_sync: {
      visits: first.visits, documents: first.documents, requests: first.pages.length,
      core_ms: round(sum(first.pages.map(({ ms }) => ms))), longest_page_ms: round(Math.max(...first.pages.map(({ ms }) => ms))),
    },
    morning_ms: round(Math.min(...first.mornings)),
  };

  const vera = await Coordinator.enrol(server.origin, 'vera');
  const oksana = await slow.evaluate(() => window.takeIn('oksana'));
  const taken = Object.fromEntries(SIZES.map((size) => [size, []]));
  for (const [size, about] of given) {
    await vera.ask('POST', `/v1/cases/${about}/assignments`, { person: oksana });
    taken[size].push(await slow.evaluate(([id, visits]) => window.takeOne(id, visits), [about, size]));
  }
  for (const size of SIZES) {
    const least = (what) => round(Math.min(...taken[size].map((one) => one[what])));
    opening[`log_of_${size}`] = { taken_in_ms: least('taken_in'), written_to_ms: least('written_to'), answered_for_ms: least('answered_for') };
  }
  console.log(JSON.stringify({ opening }));
} finally {
  await browser.close();
  await server.stop();
}

/** A page with the core on its main thread, and the main thread slowed down. */
async function page() {
  const page = await browser.newPage();
  page.setDefaultTimeout(0);
  const files = { 'sync_core.js': pkg, 'sync_core_bg.wasm': pkg, 'host.mjs': import.meta.url };
  await page.route('**/bench/*', (route) => {
    const name = new URL(route.request().url()).pathname.split('/').at(-1);
    if (name === '') return route.fulfill({ body: '<!doctype html>', contentType: 'text/html' });
    const contentType = name.endsWith('.wasm') ? 'application/wasm' : 'text/javascript';
    return route.fulfill({ body: readFileSync(new URL(name, files[name])), contentType });
  });
  await page.goto(`${server.origin}/bench/`);
  await page.evaluate(async () => {
    const { default: init, Core } = await import('/bench/sync_core.js');
    const { Host } = await import('/bench/host.mjs');
    await init();
    const take = async (login) => {
      const host = new Host(new Core(), (path, init) => fetch(path, init));
      await host.enrol(login);
      return { host, pages: await host.sync() };
    };
    // The first one warms the compiler up: V8 takes a while to compile what is used often.
    window.firstSync = async (login) => {
      await take(login);
      const { host, pages } = await take(login);
      const visits = [...host.rows.values()].flat().filter(({ type }) => type === 'visit').length;
      const mornings = [1, 2, 3].map(() => host.reopen(new Core()));
      return { pages, visits, documents: host.docs.size, mornings };
    };
    window.takeIn = async (login) => {
      window.host = (await take(login)).host;
      return JSON.parse(window.host.core.identity()).person;
    };
    window.takeOne = async (about, visits) => {
      const { host } = window;
      const ms = (pages) => pages.reduce((sum, page) => sum + page.ms, 0);
      const taken_in = ms(await host.sync());
      const here = [...host.rows.values()].flat().filter((row) => row.type === 'visit' && row.case === about).length;
      if (here !== visits) throw new Error(`${here} visits of ${visits} came`);
      const { ms: written_to } = host.write('visit', { date: '2026-05-15', notes: 'и ещё раз' }, { case: about });
      return { taken_in, written_to, answered_for: ms(await host.sync()) };
    };
  });
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
  return page;
}

/** The server puts documents into one piece when it is quiet: until a new phone needs few requests for all of it. */
async function snapshotsOfAll() {
  for (let tries = 0; tries < 60; tries++) {
    const fresh = await away(server, 'anna');
    await fresh.sync();
    const logs = [...fresh.docs].filter(([doc]) => fresh.rows.get(doc)?.filter(({ type }) => type === 'visit').length >= 8);
    if (logs.length && logs.every(([, bytes]) => inOnePiece(bytes))) return;
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  }
  throw new Error('the server made no snapshots');
}

/** Whether nothing of a stored document came change by change: its list of changes, after its scope, is empty. */
function inOnePiece(bytes) {
  return bytes.length > 0 && Buffer.from(bytes).includes(Buffer.from([0x80, 0xf4]));
}

function visit(host, about, n, now_ms) {
  const words = Array.from({ length: 20 }, (_, i) => WORDS[(n * 7 + i * 13 + about.charCodeAt(i)) % WORDS.length]).join(' ');
  const hour = String(9 + (n % 8)).padStart(2, '0');
  const fields = {
    date: `2026-05-${String(1 + (n % 28)).padStart(2, '0')}`, start: `${hour}:10`, end: `${hour}:55`,
    place_kind: 'home', mood: 1 + (n % 5), notes: words.slice(0, 120), 'service/cooking': true,
  };
  host.write('visit', fields, { case: about }, now_ms);
}

function sum(numbers) {
  return numbers.reduce((all, one) => all + one, 0);
}

function round(ms) {
  return Math.round(ms * 10) / 10;
}
