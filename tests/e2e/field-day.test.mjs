// A worker's day without a network: everything is logged on the phone, and arrives when the network is back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Coordinator } from './coordinator.mjs';
import { Phone } from './phone.mjs';
import { Server } from './server.mjs';

let server, phone, desk;

before(async () => {
  server = await Server.start();
  desk = await Coordinator.enrol(server.origin, 'vera');
  phone = await Phone.take(server);
  await phone.signIn('anna');
});

after(async () => {
  await phone?.putAway();
  await server?.stop();
});

const page = () => phone.page;
const toast = () => page().getByText('Сохранено на телефоне').first();

async function savedNow() {
  await phone.tap(phone.button('Сохранить'));
  await toast().waitFor();
}

test('the app starts and shows the day with no network at all', async () => {
  await phone.goOffline();
  await page().reload();
  await page().waitForSelector('article');
  assert.ok((await page().locator('article').count()) > 3);
});

test('a visit is logged in at most four taps and a tenth of a second', async () => {
  await page().waitForSelector('article');
  phone.taps = 0;
  await phone.tap(page().locator('article').nth(0).getByRole('link').nth(1));
  await phone.tap(page().getByRole('button', { name: 'Приготовление еды' }));
  await savedNow();
  assert.ok(phone.taps <= 4, `${phone.taps} taps`);
  const [save] = await page().evaluate(() => performance.getEntriesByName('footpath/saved').map((entry) => entry.duration));
  assert.ok(save < 100, `saved after ${save} ms`);
});

test('a delivery is logged with its lines and its money', async () => {
  await page().getByRole('button', { name: 'Записать', exact: true }).click();
  await page().getByRole('dialog').getByRole('button', { name: 'Доставка' }).click();
  await page().getByRole('dialog').locator('li button').nth(1).click();
  await page().getByRole('button', { name: 'Добавить' }).first().click();
  await page().getByLabel('Название').fill('Хлеб ржаной');
  await page().getByText('Деньги').click();
  await page().getByLabel('Получили').fill('1000');
  await page().getByLabel('Потратили').fill('830,50');
  await page().getByText('Осталось 169,5').waitFor();
  await page().getByLabel('Вернули').fill('169,50');
  await page().getByText('Сходится').waitFor();
  await savedNow();
});

test('a chore is logged with volunteers by name and their hours', async () => {
  await page().getByRole('button', { name: 'Записать', exact: true }).click();
  await page().getByRole('dialog').getByRole('button', { name: /^Дело/ }).click();
  await page().getByRole('dialog').locator('li button').nth(2).click();
  await page().getByRole('radio', { name: /дров/i }).first().click();
  await page().locator('summary', { hasText: 'Люди' }).first().click();
  const volunteers = page().getByRole('group', { name: 'Кто помогал' }).first();
  await volunteers.getByRole('combobox').selectOption({ label: 'Павел Дымов' });
  await volunteers.getByRole('button', { name: 'Больше' }).click();
  await savedNow();
});

test('a form that was open when the tab died is offered again', async () => {
  await page().locator('article').nth(2).getByRole('link').nth(1).click();
  await page().getByLabel('Заметки').fill('Просила привезти лампочку');
  await page().waitForTimeout(700);
  await phone.killTab();
  await phone.open();
  await page().getByRole('link', { name: 'Продолжить' }).click();
  assert.equal(await page().getByLabel('Заметки').inputValue(), 'Просила привезти лампочку');
  await savedNow();
});

test('everything arrives when the network is back', async () => {
  assert.match(await page().locator('header').innerText(), /Ждут отправки: 4/);
  await phone.goOnline();
  await phone.quiet();
  await page().getByText('Всё отправлено').waitFor();

  const mine = (await desk.records('limit=200')).filter((row) => row.author === phone.person || row.state === 'received');
  const of = (type, test) => mine.find((row) => row.type === type && test(row.fields));
  assert.ok(of('visit', (fields) => fields['service/cooking'] === true && fields.date === today()), 'the visit');
  assert.ok(of('visit', (fields) => fields.notes === 'Просила привезти лампочку'), 'the visit from the draft');
  const delivery = of('delivery', (fields) => fields.received_minor === 100000);
  assert.ok(delivery, 'the delivery');
  assert.equal(delivery.fields.spent_minor + delivery.fields.returned_minor, 100000);
  assert.ok(of('task', (fields) => Object.keys(fields).some((key) => key.startsWith('volunteer/'))), 'the chore');
});

test('nothing went wrong on the way', () => {
  assert.deepEqual(phone.problems, []);
});

const today = () => {
  const now = new Date();
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, '0')).join('-');
};
