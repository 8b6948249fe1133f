// The server loses its disk and comes back from a backup that does not know the phone: its person signs in again on
// it, with nothing cleared, and what the phone holds is on the server again. What the backup does not know of who has
// whom, the coordinator hears at the desk.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Coordinator } from './coordinator.mjs';
import { Desk, axeFindings, sizeFindings } from './desk.mjs';
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

test('the desk hears whom the phone has no longer, and gives them again', async () => {
  const vera = await Coordinator.enrol(server.origin, 'vera');
  const { session, rows } = await phone.ask('hello');
  const { family } = rows.find((row) => row.type === 'case');
  // The card of whoever lives in her places stays; the case goes.
  const holds = async () => (await phone.ask('hello')).rows.some((row) => row.type === 'case' && row.family === family);
  const until = async (wanted) => {
    for (let tries = 0; (await holds()) !== wanted; tries++) {
      assert.ok(tries < 240, `the phone ${wanted ? 'is not given' : 'keeps'} the case`);
      await phone.page.waitForTimeout(250);
    }
  };
  const { case: about } = await vera.ask('GET', `/v1/cases/${family}`);
  const backup = await server.backup();
  await vera.ask('DELETE', `/v1/cases/${family}/assignments/${session.person}`);
  // Signed in again just now, it hears of it by itself.
  await until(false);
  await server.restore(backup);

  const desk = await Desk.open(server);
  try {
    const sound = async () => assert.deepEqual([...(await axeFindings(desk.page)), ...(await sizeFindings(desk.page))], []);
    await desk.page.getByText('Сервер восстановлен из копии').waitFor();
    await phone.page.reload();
    await desk.page.getByText('1 закрепление ждёт вашего решения').waitFor({ timeout: 60_000 });
    await sound();
    await desk.page.getByRole('link', { name: 'Посмотреть' }).click();
    await desk.page.getByRole('heading', { level: 1, name: 'После восстановления' }).waitFor();
    const word = desk.page.locator('article', { hasText: about.name });
    await word.getByText('на телефоне карточки уже не было').waitFor();
    await sound();
    await word.getByRole('button', { name: 'Закрепить снова' }).click();
    await desk.told('Снова закреплено');
    await word.getByText('Закреплено снова').waitFor();
    await sound();
    await until(true);
    assert.deepEqual([...desk.problems, ...phone.problems], []);
  } finally {
    await desk.putAway();
  }
});
