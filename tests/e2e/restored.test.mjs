// The server loses its disk and comes back from a backup that does not know the phone: its person signs in again on
// it, with nothing cleared, and what the phone holds is on the server again.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Coordinator } from './coordinator.mjs';
import { axeFindings, sizeFindings } from './desk.mjs';
import { Phone } from './phone.mjs';
import { Server } from './server.mjs';

let server, phone;

before(async () => {
  server = await Server.start();
  phone = await Phone.take(server);
});

after(async () => {
  await phone?.putAway();
  await server?.stop();
});

const visit = (family, notes) =>
  phone.ask('write', {
    event: 'write', now_ms: Date.now(), zone: 'Europe/Kyiv', random: randomBytes(32).toString('hex'),
    type: 'visit', case: family, fields: { date: '2026-05-15', notes },
  });

test('a phone from after the backup signs in again and gives back what it has', async () => {
  const backup = await server.backup();
  await phone.signIn('anna');
  const { rows } = await phone.ask('hello');
  const { family } = rows.find((row) => row.type === 'case');
  await visit(family, 'после копии, на сервере');
  await phone.quiet();
  await server.restore(backup);

  await visit(family, 'после потери диска');
  await phone.page.reload();
  await phone.page.getByText('Сервер не знает этот телефон').waitFor();
  assert.deepEqual([...(await axeFindings(phone.page)), ...(await sizeFindings(phone.page))], []);
  await phone.page.getByRole('link', { name: 'Войти' }).click();
  assert.equal(await phone.page.inputValue('#login'), 'anna');
  assert.deepEqual([...(await axeFindings(phone.page)), ...(await sizeFindings(phone.page))], []);
  await phone.page.fill('#password', 'anna');
  await phone.page.click('button[type=submit]');
  await phone.page.waitForURL(/#\/sync$/);
  await phone.quiet();

  const vera = await Coordinator.enrol(server.origin, 'vera');
  const notes = (await vera.ask('GET', `/v1/records?case=${family}&limit=500`)).items.map((row) => row.fields.notes);
  for (const told of ['после копии, на сервере', 'после потери диска']) {
    assert.equal(notes.filter((one) => one === told).length, 1, told);
  }
  assert.deepEqual(phone.problems, []);
});
