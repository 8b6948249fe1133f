// The whole browser is killed at random moments of continuous saving; what it called saved is there at the next start.
// `FOOTPATH_KILLS=200 node --test tests/e2e/storage-kills.test.mjs` for a long run; it prints what it counted.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Coordinator } from './coordinator.mjs';
import { Phone } from './phone.mjs';
import { Server } from './server.mjs';

const KILLS = Number(process.env.FOOTPATH_KILLS ?? 6);
/** A phone's folder grows with what it saved: after so many kills another one takes over. */
const KILLS_OF_A_PHONE = 25;
const LONGEST_MS = 700;

let server, desk;

before(async () => {
  server = await Server.start();
  desk = await Coordinator.enrol(server.origin, 'vera');
});

after(() => server?.stop());

/** In the page: visits without end, each told of as soon as it is called saved. */
async function saveOnAndOn(cases) {
  const random = () => [...crypto.getRandomValues(new Uint8Array(32))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  for (let n = 0; ; n++) {
    const fields = { notes: `Визит ${n}`, mood: n % 5 };
    const visit = { event: 'write', now_ms: Date.now(), zone: 'Europe/Kyiv', random: random(), type: 'visit', case: cases[n % cases.length], fields };
    const { record } = await window.__e2e_ask('write', visit);
    await window.__e2e_saved(record);
  }
}

/** One life of a browser: start, look whether everything is there, save until the battery falls out. */
class Life {
  static async begin(phone, counted) {
    await phone.turnOn();
    await phone.context.exposeBinding('__e2e_saved', (_, record) => void counted.saved.add(record));
    await phone.open();
    return phone.ask('hello');
  }

  static async end(phone, counted, cases) {
    const before = counted.saved.size;
    phone.page.evaluate(saveOnAndOn, cases).catch(() => undefined);
    for (const end = Date.now() + 20_000; counted.saved.size === before; ) {
      assert.ok(Date.now() < end, 'nothing is saved any more');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await new Promise((resolve) => setTimeout(resolve, Math.random() * LONGEST_MS));
    await phone.pullBattery();
    counted.kills++;
  }
}

const missing = (saved, rows) => {
  const there = new Set(rows.map((row) => row.id));
  return [...saved].filter((record) => !there.has(record));
};

/** Half of the lives have a network: then saving and sending are killed together. */
async function livesOfAPhone(kills, counted) {
  const phone = await Phone.take(server);
  const own = { saved: new Set(), kills: 0 };
  try {
    await phone.signIn('anna');
    const cases = (await phone.ask('hello')).rows.filter((row) => row.type === 'case').map((row) => row.family);
    await phone.turnOff();
    while (own.kills < kills) {
      if (own.kills % 2) phone.wire.cut();
      else phone.wire.mend();
      const { rows, notices } = await Life.begin(phone, own);
      for (const { code } of notices) counted.notices[code] = (counted.notices[code] ?? 0) + 1;
      const lost = notices.some(({ code }) => code === 'cache_wiped') ? [] : missing(own.saved, rows);
      assert.deepEqual(lost, [], `not there after ${counted.kills + own.kills} kills`);
      await Life.end(phone, own, cases);
    }
    phone.wire.mend();
    await Life.begin(phone, own);
    await phone.quiet();
    assert.deepEqual(missing(own.saved, (await phone.ask('hello')).rows), [], 'not on the phone in the end');
    for (const record of own.saved) counted.saved.add(record);
    counted.kills += own.kills;
  } finally {
    await phone.putAway();
  }
}

test(`nothing that was called saved is lost in ${KILLS} kills`, { timeout: 60_000 + KILLS * 15_000 }, async (t) => {
  const counted = { saved: new Set(), kills: 0, notices: {} };
  while (counted.kills < KILLS) await livesOfAPhone(Math.min(KILLS_OF_A_PHONE, KILLS - counted.kills), counted);
  for (let tries = 0; tries < 100; tries++) {
    if (missing(counted.saved, await desk.records('type=visit&limit=200')).length === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const lost = missing(counted.saved, await desk.records('type=visit&limit=200'));
  t.diagnostic(JSON.stringify({ kills: counted.kills, saved: counted.saved.size, lost: lost.length, notices: counted.notices }));
  assert.deepEqual(lost, [], 'not on the server in the end');
});
