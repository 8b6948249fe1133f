// The browser throws away one of the two stores, or both: it is noticed, said with counts, and made good.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { Coordinator } from './coordinator.mjs';
import { Phone } from './phone.mjs';
import { Server } from './server.mjs';
import { FILES, INDEXED_DB, arrived, clearWhileOn, logVisit, visits, wipe } from './storage.mjs';

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

beforeEach(async () => {
  await phone.goOnline();
  await phone.quiet();
  await phone.goOffline();
});

const count = async () => (await phone.ask('hello')).rows.length;
const told = (text) => phone.page.getByText(text).first().waitFor();

/** What was on the phone comes back from the server, and what waited goes there. */
async function everythingComesBack(records, ...notes) {
  await phone.goOnline();
  await phone.quiet();
  assert.equal(await count(), records);
  assert.deepEqual(await arrived(desk, ...notes), notes);
  assert.deepEqual(await visits(phone, ...notes), notes);
}

test('the lists are gone: said with counts, the unsent is shown, the rest loads again', async () => {
  await logVisit(phone.page, 'до того, как пропали списки');
  const records = await count();
  await wipe(phone, INDEXED_DB);
  await told(new RegExp(`Браузер стёр списки на этом телефоне: ${records} запис`));
  await told('Целой осталась 1 неотправленная.');
  await told('Списки ещё не вернулись с сервера. Записанное здесь цело. Связи с сервером нет.');
  assert.equal(await phone.page.getByText('никто не').count(), 0);
  await phone.page.getByText('Ждут отправки: 1').waitFor();
  assert.deepEqual(await visits(phone, 'до того, как пропали списки'), ['до того, как пропали списки']);
  await everythingComesBack(records, 'до того, как пропали списки');
});

test('the lists are taken away while the app is in use: the same, at once', async () => {
  await logVisit(phone.page, 'списки пропали на ходу');
  const records = await count();
  await clearWhileOn(phone, 'indexeddb');
  await told(new RegExp(`Браузер стёр списки на этом телефоне: ${records} запис`));
  await phone.page.getByText('Ждут отправки: 1').waitFor();
  await everythingComesBack(records, 'списки пропали на ходу');
});

test('the log is gone: it comes back from its copy, with the key and all that was unsent', async () => {
  await logVisit(phone.page, 'первая до потери журнала');
  await logVisit(phone.page, 'вторая до потери журнала');
  const records = await count();
  await wipe(phone, FILES);
  await told('Он восстановлен из копии, 2 неотправленные записи на месте.');
  await phone.page.getByText('Ждут отправки: 2').waitFor();
  assert.equal(await count(), records);
  await everythingComesBack(records, 'вторая до потери журнала', 'первая до потери журнала');
});

test('the log is taken away while the app is in use: what is saved after that is not lost either', async () => {
  await logVisit(phone.page, 'до пропажи журнала на ходу');
  await clearWhileOn(phone, 'file_systems');
  await logVisit(phone.page, 'после пропажи журнала на ходу');
  await phone.turnOff();
  await phone.turnOn();
  await phone.open();
  await phone.page.getByText('Ждут отправки: 2').waitFor();
  await everythingComesBack(await count(), 'до пропажи журнала на ходу', 'после пропажи журнала на ходу');
});

test('both are gone: said with counts, also how many are lost; signing in brings the rest', async () => {
  const before = await count();
  await logVisit(phone.page, 'этого уже не спасти');
  await phone.page.getByText('Ждут отправки: 1').waitFor();
  await wipe(phone, INDEXED_DB, FILES);
  await told(new RegExp(`Браузер стёр всё, что хранил этот телефон: ${before + 1} запис`));
  await told('Не успела уйти 1 запись, её придётся написать заново.');
  await phone.goOnline();
  await phone.signIn('sergey');
  assert.equal(await count(), before);
});

test('a new phone is not told of losses', async () => {
  const other = await Phone.take(server);
  try {
    await other.open();
    await other.page.waitForSelector('#login');
    await other.page.reload();
    await other.page.waitForSelector('#login');
    assert.equal(await other.page.getByText('Браузер стёр').count(), 0);
    assert.deepEqual(other.problems, []);
  } finally {
    await other.putAway();
  }
});

test('nothing went wrong on the way', () => {
  assert.deepEqual(phone.problems, []);
});
