// What a phone downloads before it works without a network: no more than promised, and nothing twice, also when the
// line is so slow that the service worker begins while the page is still loading.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Phone } from './phone.mjs';
import { Server } from './server.mjs';

/** The promise is of bodies; heads, the page's picture of itself and what is asked about twice on purpose are small. */
const PROMISED = 480_000;
const HEADS = 15_000;

let server;

before(async () => {
  server = await Server.start();
});

after(async () => {
  await server?.stop();
});

for (const [line, rate] of [['a good line', Infinity], ['30 kB/s', 30_000]]) {
  test(`the first install over ${line}`, async (t) => {
    const phone = await Phone.take(server);
    t.after(() => phone.putAway());
    const { page, wire } = phone;
    wire.rate = rate;
    await phone.open();
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null, null, { timeout: 120_000 });
    await page.waitForSelector('#login');
    const heavy = wire.asked.filter((request) => request.includes('/assets/'));
    console.log(`${line}: ${wire.down} bytes down, ${wire.asked.length} requests`);
    assert.deepEqual(heavy.filter((request, i) => heavy.indexOf(request) !== i), []);
    assert.ok(wire.down < PROMISED + HEADS, `${wire.down} bytes`);
    await phone.goOffline();
    await page.reload();
    await page.waitForSelector('#login');
    assert.deepEqual(phone.problems, []);
  });
}
