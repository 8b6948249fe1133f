// The coordinator's day at the desk, with the real server and phones that come and go.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Desk } from './desk.mjs';
import { scene } from './scene.mjs';

let desk, anna, sergey;
const here = scene('anna', (...those) => ([desk, anna] = those));

const dialog = () => desk.page.getByRole('dialog');
const count = async () => Number(/\d+/.exec(await desk.page.locator('.tally strong').innerText())[0]);

/** The newest own visit on a phone, whatever its state. */
async function ownVisit(phone, test = () => true) {
  const { rows, session } = await phone.ask('hello');
  const mine = rows.filter((row) => row.type === 'visit' && row.author === session.person && !row.voided && test(row));
  return mine.sort((a, b) => b.at_ms - a.at_ms)[0];
}

async function correct(phone, row, label, text) {
  await phone.open(`#/record/${row.id}/correct`);
  await phone.page.getByLabel(label).fill(text);
  await phone.button('Сохранить').click();
  await phone.page.getByText('Сохранено на телефоне').first().waitFor();
}

async function handIn(phone) {
  await phone.ask('sync');
  await phone.quiet();
}

test('the log opens with what needs a look, day by day', async () => {
  await desk.page.getByRole('heading', { level: 1, name: 'Журнал' }).waitFor();
  assert.ok((await count()) > 10);
  assert.equal(await desk.page.getByText('Принята', { exact: true }).count(), 0);
});

test('filters narrow the log and stand in the address', async () => {
  await desk.choose('Кто записал', { label: 'Сергей Поляков' });
  await desk.choose('Вид записи', { label: 'Визит' });
  await desk.page.waitForFunction(() => {
    const rows = [...document.querySelectorAll('.log-row')];
    return rows.length > 0 && rows.every((row) => row.textContent.includes('Сергей Поляков') && row.textContent.includes('Визит'));
  });
  const address = desk.page.url();
  assert.match(address, /worker=[0-9a-f]{32}/);
  assert.match(address, /type=visit/);

  await desk.page.reload();
  await desk.page.locator('.log-row').first().waitFor();
  assert.equal(await desk.page.getByLabel('Вид записи').inputValue(), 'visit');
  await desk.page.getByRole('button', { name: 'Убрать отбор' }).click();
  await desk.page.waitForFunction(() => !location.hash.includes('worker'));
});

test('a name is found as it is typed, and the list goes on page by page', async () => {
  await desk.goTo('#/desk/log?state=all', 'Журнал');
  await desk.page.getByText('Показано 50 записей, есть ещё').waitFor();
  await desk.button('Показать ещё').click();
  await desk.page.getByText('Показано 100 записей, есть ещё').waitFor();
  await desk.page.getByLabel('Имя получателя').fill('климова');
  await desk.page.waitForFunction(() => {
    const rows = [...document.querySelectorAll('.log-row')];
    return rows.length > 0 && rows.every((row) => row.textContent.includes('Раиса Фёдоровна Климова'));
  });
  await desk.goTo('#/desk/log', 'Журнал');
});

test('the arrow keys go from row to row', async () => {
  await desk.page.locator('.log-row').nth(1).waitFor();
  await desk.page.locator('[data-row-link]').first().focus();
  await desk.page.keyboard.press('ArrowDown');
  const second = await desk.page.locator('[data-row-link]').nth(1).getAttribute('href');
  assert.equal(await desk.page.evaluate(() => document.activeElement.getAttribute('href')), second);
});

test('a record is sent back with a comment, corrected offline, and approved', async () => {
  const visit = await ownVisit(anna, (row) => row.state === 'server' || row.state === 'received');
  await desk.goTo(`#/desk/record/${visit.id}?doc=${visit.doc}`, /^Визит/);
  await desk.button('Вернуть').click();
  assert.ok(await dialog().getByRole('button', { name: 'Вернуть работнику' }).isDisabled(), 'a comment is required');
  await dialog().getByLabel('Что нужно поправить').fill('Кто открыл дверь?');
  await dialog().getByRole('button', { name: 'Вернуть работнику' }).click();
  await desk.told('Запись возвращена');

  await handIn(anna);
  await anna.goOffline();
  await anna.open(`#/record/${visit.id}`);
  await anna.page.getByText('Кто открыл дверь?').waitFor();
  await correct(anna, visit, 'Заметки', 'Дверь открыла соседка.');
  await anna.goOnline();
  await handIn(anna);

  await desk.readAgain();
  await desk.page.getByText('Уже возвращали', { exact: true }).first().waitFor();
  await desk.page.getByText('С тех пор изменилось: Заметки.').waitFor();
  await desk.page.getByText(/Заметки: Дверь открыла соседка\./).first().waitFor();
  await desk.button(/^Принять$/).click();
  await desk.told('Запись принята');
  await desk.page.getByText('Принята', { exact: true }).first().waitFor();

  await handIn(anna);
  assert.equal((await ownVisit(anna, (row) => row.id === visit.id)).state, 'approved');
});

test('many are approved at once, and the one that changed meanwhile is named', async () => {
  sergey = await here.take('sergey');
  await desk.goTo('#/desk/log', 'Журнал');
  await desk.choose('Кто записал', { label: 'Сергей Поляков' });
  await desk.choose('Вид записи', { label: 'Визит' });
  await desk.page.waitForFunction(() => {
    const rows = [...document.querySelectorAll('.log-row')];
    return rows.length > 1 && rows.every((row) => row.textContent.includes('Сергей Поляков'));
  });
  const all = await count();
  await desk.page.getByRole('button', { name: /^Отметить все/ }).click();

  const shown = await desk.page.locator('[data-row-link]').evaluateAll((links) => links.map((link) => link.id.slice(4)));
  const visit = await ownVisit(sergey, (row) => shown.includes(row.id));
  await correct(sergey, visit, 'Заметки', 'Дров хватит до марта.');
  await handIn(sergey);

  await desk.page.getByRole('button', { name: /^Принять \d+/ }).click();
  await desk.page.getByText(new RegExp(`^Принят[аоы] ${all - 1} `)).waitFor();
  await desk.page.getByText(/изменилась, пока вы смотрели \(Заметки\)/).waitFor();
  await desk.button('Понятно').click();
  assert.equal(await count(), 1);
  await desk.rows('Изменена').or(desk.rows('Ждёт взгляда')).first().waitFor();
});

test('what was set aside is looked at, saved, and let into the log', async () => {
  await desk.goTo('#/desk/quarantine', 'Отложено');
  const card = desk.page.locator('article', { hasText: 'Сергей Поляков' }).first();
  await card.getByText('Этот человек не закреплён за автором записи.').waitFor();
  await card.getByRole('button', { name: 'Посмотреть' }).click();
  await card.getByText('День визита').waitFor();

  const download = desk.page.waitForEvent('download');
  await card.getByRole('button', { name: 'Сохранить в файл' }).click();
  assert.match((await download).suggestedFilename(), /^footpath-\d+\.json$/);

  await card.getByRole('button', { name: 'Внести в журнал' }).click();
  await dialog().getByRole('button', { name: 'Внести в журнал' }).click();
  await desk.told('Запись внесена в журнал');
  await desk.page.getByText('Ничего не отложено.').waitFor();
  await desk.page.getByRole('radio', { name: 'Внесены' }).click();
  await desk.page.getByText(/Внесено в журнал: Вера Лаврова/).waitFor();

  await desk.goTo('#/desk/log', 'Журнал');
  await desk.page.getByText('Из отложенных').first().waitFor();
});

test('a revoked phone hands in its last work, and the matter is settled with a note', async () => {
  await sergey.goOffline();
  const visit = await ownVisit(sergey);
  await correct(sergey, visit, 'Заметки', 'Написано на потерянном телефоне.');

  await desk.goTo('#/desk/devices', 'Телефоны');
  const device = desk.page.locator('article', { hasText: 'Сергей Поляков' }).filter({ hasText: 'Linux' });
  await device.getByRole('button', { name: 'Отключить' }).click();
  await dialog().getByRole('button', { name: 'Отключить' }).click();
  await desk.told('Телефон отключён');
  await desk.page.getByText('Отключён: ').waitFor();

  await sergey.goOnline();
  await sergey.ask('sync').catch(() => undefined);
  await desk.goTo('#/desk/quarantine', 'Отложено');
  const card = desk.page.locator('article', { hasText: 'отключён от организации' }).first();
  for (let i = 0; i < 20 && !(await card.count()); i++) {
    await desk.page.waitForTimeout(500);
    await desk.readAgain();
  }
  await card.getByRole('button', { name: 'Решить иначе' }).click();
  assert.ok(await dialog().getByRole('button', { name: 'Закрыть вопрос' }).isDisabled(), 'a note is required');
  await dialog().getByLabel('Что сделано').fill('Записала со слов Сергея.');
  await dialog().getByRole('button', { name: 'Закрыть вопрос' }).click();
  await desk.told('Решение записано');
  await desk.page.getByRole('radio', { name: 'Решены иначе' }).click();
  await desk.page.getByText('«Записала со слов Сергея.»').waitFor();
});

test('without a connection the desk says so, and shows what it knows', async () => {
  await desk.goTo('#/desk/log', 'Журнал');
  await desk.page.locator('.log-row').first().waitFor();
  await desk.goOffline();
  await desk.readAgain();
  await desk.page.getByText('Нет связи с сервером.').first().waitFor();
  assert.ok((await desk.page.locator('.log-row').count()) > 0);
  await desk.goOnline();
  await desk.readAgain();
  await desk.page.getByText('Нет связи с сервером.').waitFor({ state: 'detached' });
});

test('an administrator sees the devices and nothing of people', async () => {
  const admin = await Desk.open(here.server, 'admin');
  try {
    await admin.page.getByRole('heading', { level: 1, name: 'Телефоны' }).waitFor();
    await admin.goTo('#/desk/cases', 'Телефоны');
    assert.equal(await admin.page.getByRole('navigation').getByRole('link', { name: 'Журнал' }).count(), 0);
    assert.deepEqual(admin.problems, []);
  } finally {
    await admin.putAway();
  }
});

test('nothing went wrong on the way', () => {
  for (const one of [anna, sergey, desk]) assert.deepEqual(one.problems, []);
});
