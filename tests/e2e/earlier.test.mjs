// A phone keeps three months of a person's log. Earlier ones are on the server: asked for, shown, and there without a
// network for as long as the app is open.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Coordinator } from './coordinator.mjs';
import { away, monthsAgo, register } from './core.mjs';
import { axeFindings, sizeFindings } from './desk.mjs';
import { Phone } from './phone.mjs';
import { Server } from './server.mjs';

let server, phone, page, family;

/** Months before this one, and how often she was visited. */
const VISITS = [[6, 3], [4, 2], [0, 1]];
const told = (months, n) => `Месяцев назад: ${months}, визит ${n}`;

before(async () => {
  server = await Server.start();
  const old = await away(server, 'anna', monthsAgo(6));
  family = register(old, 'Прасковья Давняя', monthsAgo(6));
  for (const [months, visits] of VISITS) {
    for (let n = 1; n <= visits; n++) {
      const date = new Date(monthsAgo(months)).toISOString().slice(0, 10);
      old.write('visit', { date, start: '09:00', end: '10:00', notes: told(months, n) }, { case: family }, monthsAgo(months));
    }
  }
  await old.sync();
  assert.equal(old.status.waiting, 0);
  phone = await Phone.take(server);
  await phone.signIn('anna');
  page = phone.page;
});

after(async () => {
  await phone?.putAway();
  await server?.stop();
});

async function notesHere() {
  const { rows } = await phone.ask('hello');
  return rows.filter((row) => row.case === family && row.type === 'visit').map((row) => row.fields.notes).sort();
}

/** The buttons of the months that are not here. */
const months = () => page.getByRole('region', { name: 'Прежние месяцы' }).getByRole('button', { name: /КБ$/ });
const onPage = (text) => page.locator('main ol').getByText(text);
const openCard = () => phone.open(`#/case/${family}`);

async function sound() {
  assert.deepEqual([...(await axeFindings(page)), ...(await sizeFindings(page))], []);
}

test('earlier months are not on the phone, and are offered with what each will cost', async () => {
  assert.deepEqual(await notesHere(), [told(0, 1)]);
  await openCard();
  await page.getByText('На телефоне лежат записи этого и двух прошлых месяцев').waitFor();
  await sound();
  await phone.button('Показать прежние месяцы').click();
  await months().first().waitFor();
  const offered = await months().allInnerTexts();
  assert.equal(offered.length, 2);
  assert.match(offered[0], /: 2 правки, около \d/);
  assert.match(offered[1], /: 3 правки, около \d/);
  await sound();
});

test('one is fetched and shown, the other stays where it is', async () => {
  await months().last().click();
  await onPage(told(6, 3)).waitFor();
  assert.deepEqual(await notesHere(), [told(0, 1), ...[1, 2, 3].map((n) => told(6, n))]);
  assert.equal(await months().count(), 1);
  await sound();
});

test('without a network it can be read and corrected; another month has to wait', async () => {
  await phone.goOffline();
  await months().click();
  await page.getByText('Связи с сервером нет. Прежние месяцы лежат на сервере').waitFor();
  await sound();
  await page.evaluate(() => (location.hash = '#/day'));
  await page.getByRole('article').first().waitFor();
  await page.evaluate((id) => (location.hash = `#/case/${id}`), family);
  await onPage(told(6, 2)).click();
  await page.getByText(told(6, 2)).first().waitFor();
  await page.getByRole('link', { name: 'Исправить' }).click();
  await page.getByLabel('Заметки').fill('Исправлено полгода спустя');
  await phone.button('Сохранить').click();
  await page.getByText('Сохранено на телефоне').first().waitFor();
  await page.reload();
  await page.getByText('Ждут отправки: 1').waitFor();
  assert.ok((await notesHere()).includes('Исправлено полгода спустя'));
});

test('back in signal the correction goes out, and the months leave with the next start', async () => {
  await phone.goOnline();
  await phone.quiet();
  const vera = await Coordinator.enrol(server.origin, 'vera');
  const notes = (await vera.records(`case=${family}&limit=100`)).map((row) => row.fields.notes);
  assert.equal(notes.filter((one) => one === 'Исправлено полгода спустя').length, 1);
  assert.ok(!notes.includes(told(6, 2)));
  await page.reload();
  await phone.quiet();
  await phone.ask('sync');
  assert.deepEqual(await notesHere(), [told(0, 1)]);
  await openCard();
  await onPage(told(0, 1)).waitFor();
  assert.equal(await onPage('Исправлено полгода спустя').count(), 0);
});

test('it can be fetched again', async () => {
  await phone.button('Показать прежние месяцы').click();
  await months().last().click();
  await onPage('Исправлено полгода спустя').waitFor();
  assert.deepEqual(phone.problems, []);
});
