// Live pages: what a phone hands in shows on a desk that is open, without anybody's doing and without disturbing anybody.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Desk } from './desk.mjs';
import { Phone } from './phone.mjs';
import { Server } from './server.mjs';

let server, desk, anna, oksana;

before(async () => {
  server = await Server.start();
  desk = await Desk.open(server);
  anna = await Phone.take(server);
  await anna.signIn('anna');
});

after(async () => {
  await Promise.all([anna, oksana, desk].map((one) => one?.putAway()));
  await server?.stop();
});

const hex = (bytes) => [...crypto.getRandomValues(new Uint8Array(bytes))].map((b) => b.toString(16).padStart(2, '0')).join('');

/** Anna logs a visit with these notes and hands it in; gives when the server had it. */
async function logs(notes) {
  const { rows } = await anna.ask('hello');
  const file = rows.find((row) => row.type === 'case' && !row.voided);
  const today = new Date().toISOString().slice(0, 10);
  const visit = {
    event: 'write', now_ms: Date.now(), zone: 'Europe/Moscow', random: hex(32), type: 'visit', case: file.family,
    fields: { date: today, start: '09:00', end: '10:00', notes },
  };
  await anna.ask('write', visit);
  await anna.ask('sync');
  return Date.now();
}

const shown = (notes) => desk.page.locator('.log-row', { hasText: notes });

test('a visit handed in by a phone shows on the open log by itself', async () => {
  await desk.goTo('#/desk/log', 'Журнал');
  await desk.page.locator('.log-row').first().waitFor();
  const times = [];
  for (const n of [1, 2, 3, 4, 5]) {
    const there = await logs(`Живая страница ${n}`);
    await shown(`Живая страница ${n}`).first().waitFor();
    times.push(Date.now() - there);
  }
  console.log(`from the server's answer to the phone until the row is on the desk: ${times.join(', ')} ms`);
});

test('reading again disturbs nobody: the place, the ticks, the focus and what is typed stay', async () => {
  const { page } = desk;
  const row = page.locator('.log-row').nth(20);
  await row.getByRole('checkbox').check();
  const name = page.getByLabel('Имя получателя');
  await name.focus();
  await page.evaluate(() => scrollTo(0, 900));
  const before = await row.boundingBox();
  const whose = await row.innerText();
  await logs('Живая страница 6');
  await shown('Живая страница 6').first().waitFor({ state: 'attached' });
  const same = page.locator('.log-row', { hasText: whose.split('\n')[0] });
  assert.equal(await page.locator('.log-row input:checked').count(), 1);
  assert.ok((await same.count()) > 0);
  const moved = page.locator('.log-row').filter({ has: page.locator('input:checked') });
  const now = await moved.boundingBox();
  assert.ok(Math.abs(now.y - before.y) < 2, `the row that was looked at moved from ${before.y} to ${now.y}`);
  assert.ok(await name.evaluate((element) => element === document.activeElement));
  await moved.getByRole('checkbox').uncheck();
});

test('a record that changes under the eyes of a coordinator is not exchanged, but said to have changed', async () => {
  const { page } = desk;
  await shown('Живая страница 5').first().getByRole('link').click();
  await page.getByText('Живая страница 5').first().waitFor();
  const { rows } = await anna.ask('hello');
  const row = rows.find(({ fields }) => fields.notes === 'Живая страница 5');
  const change = {
    event: 'write', now_ms: Date.now(), zone: 'Europe/Moscow', random: hex(32), type: 'visit', record: row.id, doc: row.doc,
    fields: { notes: 'Живая страница пять' },
  };
  await anna.ask('write', change);
  await anna.ask('sync');
  await page.getByText('Запись изменилась, пока вы смотрели').waitFor();
  assert.equal(await page.getByText('Живая страница пять').count(), 0);
  await page.getByRole('button', { name: 'Показать, что теперь' }).click();
  await page.getByText('Живая страница пять').first().waitFor();
});

test('after the line was cut, the desk hears again', async () => {
  await desk.goTo('#/desk/log', 'Журнал');
  await desk.page.locator('.log-row').first().waitFor();
  desk.wire.cut();
  await logs('Живая страница 7');
  desk.wire.mend();
  await shown('Живая страница 7').first().waitFor({ timeout: 60_000 });
  await logs('Живая страница 8');
  await shown('Живая страница 8').first().waitFor({ timeout: 60_000 });
});

test('a phone that lies open receives what a colleague wrote about a common case', async () => {
  oksana = await Phone.take(server);
  await oksana.signIn('oksana');
  const { rows, session } = await oksana.ask('hello');
  const theirs = new Set(rows.map((row) => row.family));
  const mine = (await anna.ask('hello')).rows;
  const common = mine.find((row) => row.type === 'case' && theirs.has(row.family));
  if (!common) return console.log(`${session.name} and Anna have no case together in this demo`);
  const notes = 'Для коллеги';
  const visit = {
    event: 'write', now_ms: Date.now(), zone: 'Europe/Moscow', random: hex(32), type: 'visit', case: common.family, fields: { notes },
  };
  await anna.ask('write', visit);
  await anna.ask('sync');
  await oksana.page.waitForFunction(
    async (text) => (await window.__e2e_ask('hello', {})).rows.some(({ fields }) => fields.notes === text), notes, { timeout: 60_000 },
  );
});

test('nothing went wrong on the way', () => {
  for (const one of [anna, oksana, desk]) assert.deepEqual(one.problems, []);
});
