// A worker's day without a network: everything is logged on the phone, and arrives when the network is back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Coordinator } from './coordinator.mjs';
import { Phone } from './phone.mjs';
import { Server } from './server.mjs';

let server, phone, desk, began;

before(async () => {
  server = await Server.start();
  desk = await Coordinator.enrol(server.origin, 'vera');
  phone = await Phone.take(server);
  await phone.signIn('anna');
  began = Date.now();
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

test('a visit is logged in at most four taps', async () => {
  await page().waitForSelector('article');
  phone.taps = 0;
  await phone.tap(page().locator('article').nth(0).getByRole('link').nth(1));
  await phone.tap(page().getByRole('group', { name: 'Что делали' }).getByRole('button', { pressed: false }).first());
  await savedNow();
  assert.ok(phone.taps <= 4, `${phone.taps} taps`);
});

test('a delivery is logged with its lines and its money', async () => {
  await page().getByRole('button', { name: 'Записать', exact: true }).click();
  await page().getByRole('dialog').getByRole('button', { name: 'Доставка' }).click();
  await page().getByRole('dialog').locator('li button').nth(1).click();
  await page().getByRole('button', { name: 'Добавить' }).first().click();
  await page().getByLabel('Название').fill('Хлеб ржаной');
  await page().locator('summary', { hasText: 'Деньги' }).click();
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

  const arrived = (await desk.records('limit=200')).filter((row) => row.at_ms >= began);
  assert.deepEqual(arrived.map((row) => row.type).sort(), ['delivery', 'task', 'visit', 'visit']);
  assert.ok(arrived.every((row) => row.author_name === 'Анна Кравец' && row.state === 'received'));
  const [delivery] = arrived.filter((row) => row.type === 'delivery');
  assert.equal(valueOf(delivery, /^line\/.*\/name$/), 'Хлеб ржаной');
  assert.deepEqual(
    ['received_minor', 'spent_minor', 'returned_minor'].map((name) => delivery.fields[name]),
    [100_000, 83_050, 16_950],
  );
  assert.equal(valueOf(arrived.find((row) => row.type === 'task'), /^volunteer\/.*\/hours$/), 0.5);
  assert.ok(arrived.some((row) => row.fields.notes === 'Просила привезти лампочку'), 'the visit from the draft');
});

test('nothing went wrong on the way', () => {
  assert.deepEqual(phone.problems, []);
});

const valueOf = (row, name) => Object.entries(row.fields).find(([field]) => name.test(field))?.[1];
