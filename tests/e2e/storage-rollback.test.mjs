// Somebody, or something, brings the browser's folder back to an older copy: the whole of it, or one of the two stores.
// What was written after the copy was made and what is written on the copy are both kept.
import assert from 'node:assert/strict';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Coordinator } from './coordinator.mjs';
import { Phone } from './phone.mjs';
import { Server } from './server.mjs';
import { FILES, INDEXED_DB, arrived, logVisit, visits } from './storage.mjs';

let server, phone, desk, copy;

before(async () => {
  server = await Server.start();
  desk = await Coordinator.enrol(server.origin, 'vera');
  phone = await Phone.take(server);
  await phone.signIn('maria');
  copy = await mkdtemp(path.join(tmpdir(), 'footpath-copy-'));
});

after(async () => {
  await phone?.putAway();
  await server?.stop();
  await rm(copy, { recursive: true, force: true });
});

/** Unsent work, a copy of the folder, and then `later` on top of it. */
async function copyAndGoOn(unsent, later) {
  await phone.goOffline();
  await logVisit(phone.page, unsent);
  await phone.turnOff();
  await rm(copy, { recursive: true });
  await cp(phone.folder, copy, { recursive: true });
  await phone.turnOn();
  await phone.open();
  await later();
}

async function putBack(...names) {
  await phone.turnOff();
  const parts = names.length > 0 ? names.map((name) => path.join('Default', name)) : [''];
  for (const part of parts) {
    await rm(path.join(phone.folder, part), { recursive: true });
    await cp(path.join(copy, part), path.join(phone.folder, part), { recursive: true });
  }
  await phone.turnOn();
  await phone.open();
  await phone.page.waitForSelector('article');
}

async function sendAll() {
  await phone.goOnline();
  await phone.ask('sync');
  await phone.quiet();
}

async function allAreKept(...notes) {
  await sendAll();
  assert.deepEqual(await visits(phone, ...notes), notes);
  assert.deepEqual(await arrived(desk, ...notes), notes);
}

test('the whole folder: what was sent after the copy, and what is written on the copy', async () => {
  await copyAndGoOn('1 в копии', async () => {
    await logVisit(phone.page, '2 после копии');
    await sendAll();
    await logVisit(phone.page, '3 после отправки');
    await sendAll();
  });
  phone.wire.cut();
  await putBack();
  assert.deepEqual(await visits(phone, '1 в копии', '2 после копии'), ['1 в копии']);
  await logVisit(phone.page, '4 на копии');
  await allAreKept('1 в копии', '2 после копии', '3 после отправки', '4 на копии');
  await phone.page.getByText('Данные телефона вернулись к старым').waitFor();
});

test('the files alone: the copy beside the lists knows more, and nothing is missing, not even the unsent', async () => {
  await copyAndGoOn('5 в копии', () => logVisit(phone.page, '6 после копии, не отправлено'));
  await putBack(FILES);
  await phone.page.getByText('Он восстановлен из копии, 2 неотправленные записи на месте.').waitFor();
  await logVisit(phone.page, '7 на старых файлах');
  await allAreKept('5 в копии', '6 после копии, не отправлено', '7 на старых файлах');
});

test('the lists alone: the log knows more, and is believed', async () => {
  await copyAndGoOn('8 в копии', () => logVisit(phone.page, '9 после копии, не отправлено'));
  await putBack(INDEXED_DB);
  await logVisit(phone.page, '91 на старых списках');
  await allAreKept('8 в копии', '9 после копии, не отправлено', '91 на старых списках');
});

test('nothing went wrong on the way', () => {
  assert.deepEqual(phone.problems, []);
});
