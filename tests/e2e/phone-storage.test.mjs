// What becomes of unsent work when the browser loses a part of what it keeps, and when several tabs are open.
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
  await phone.signIn('sergey');
});

after(async () => {
  await phone?.putAway();
  await server?.stop();
});

async function logVisit(page, note) {
  await page.waitForSelector('article');
  await page.locator('article').nth(0).getByRole('link').nth(1).click();
  await page.getByLabel('Заметки').fill(note);
  await page.getByRole('button', { name: 'Сохранить' }).click();
  await page.getByText('Сохранено на телефоне').first().waitFor();
  await page.waitForSelector('article');
}

/** Takes away what Chromium calls by this name, as its own housekeeping does; the page is closed meanwhile. */
async function wipe(storageTypes) {
  const other = await phone.context.newPage();
  await phone.page.close();
  // Chromium frees the files of a closed tab a moment later, and never if they are taken away before that.
  await other.waitForTimeout(1500);
  const session = await phone.context.newCDPSession(other);
  await session.send('Storage.clearDataForOrigin', { origin: phone.origin, storageTypes });
  phone.page = other;
  await phone.open();
}

/** The desk's tables follow the log a moment later. */
async function arrived(note) {
  for (let tries = 0; tries < 50; tries++) {
    const rows = await desk.records('type=visit&limit=200');
    if (rows.some((row) => row.fields.notes === note)) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

test('two tabs write into one log, and the second goes on when the first is closed', async () => {
  await phone.goOffline();
  const second = await phone.context.newPage();
  await second.goto(phone.origin);
  await logVisit(phone.page, 'из первой вкладки');
  await logVisit(second, 'из второй вкладки');
  for (const page of [phone.page, second]) await page.getByText('Ждут отправки: 2').waitFor();
  await phone.page.close();
  phone.page = second;
  await logVisit(second, 'после первой вкладки');
  await second.getByText('Ждут отправки: 3').waitFor();
  await phone.goOnline();
  await phone.quiet();
  for (const where of ['из первой', 'из второй', 'после первой']) assert.ok(await arrived(`${where} вкладки`), where);
});

test('a wiped cache is named and filled again, and unsent work is not touched', async () => {
  await phone.goOffline();
  await logVisit(phone.page, 'до того, как браузер очистил кеш');
  await wipe('indexeddb');
  await phone.page.getByText('Браузер очистил часть данных').waitFor();
  await phone.page.getByText('Ждут отправки: 1').waitFor();
  await phone.goOnline();
  await phone.quiet();
  await phone.page.waitForFunction(() => document.querySelectorAll('article').length > 3);
  assert.ok(await arrived('до того, как браузер очистил кеш'));
});

test('a wiped log is named with what was lost, and signing in brings the rest back', async () => {
  await phone.goOffline();
  await logVisit(phone.page, 'этого уже не спасти');
  await wipe('file_systems');
  await phone.page.getByText('Не успела уйти 1 запись').waitFor();
  await phone.goOnline();
  await phone.signIn('sergey');
  await phone.page.waitForFunction(() => document.querySelectorAll('article').length > 3);
});

test('signing out is held back while anything is unsent, and leaves nothing behind', async () => {
  await phone.goOffline();
  await logVisit(phone.page, 'перед выходом');
  await phone.open('#/settings');
  await phone.page.getByText('Выйти пока нельзя').waitFor();
  await phone.goOnline();
  await phone.quiet();
  await phone.button('Выйти с этого телефона').click();
  await phone.page.getByRole('dialog').getByRole('button', { name: 'Выйти с этого телефона' }).click();
  await phone.page.waitForSelector('#login');
  assert.ok(await arrived('перед выходом'));
  const left = await phone.page.evaluate(async () => {
    const { rows, office, session } = await window.__e2e_ask('hello', {});
    return [rows.length, office.length, session];
  });
  assert.deepEqual(left, [0, 0, null]);
});

test('nothing went wrong on the way', () => {
  assert.deepEqual(phone.problems, []);
});
