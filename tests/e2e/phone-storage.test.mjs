// Several tabs share what the phone keeps, and signing out leaves nothing of it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Coordinator } from './coordinator.mjs';
import { Phone } from './phone.mjs';
import { Server } from './server.mjs';
import { arrived, logVisit } from './storage.mjs';

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
  const notes = ['из второй вкладки', 'из первой вкладки', 'после первой вкладки'];
  assert.deepEqual(await arrived(desk, ...notes), notes);
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
  assert.deepEqual(await arrived(desk, 'перед выходом'), ['перед выходом']);
  const left = await phone.page.evaluate(async () => {
    const { rows, office, session } = await window.__e2e_ask('hello', {});
    return [rows.length, office.length, session];
  });
  assert.deepEqual(left, [0, 0, null]);
});

test('nothing went wrong on the way', () => {
  assert.deepEqual(phone.problems, []);
});
