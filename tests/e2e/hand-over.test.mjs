// A case is handed over while the phone that has it is away: what was written goes out, then the card leaves, and
// the phone says so in plain words.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Coordinator } from './coordinator.mjs';
import { axeFindings, sizeFindings } from './desk.mjs';
import { Phone } from './phone.mjs';
import { Server } from './server.mjs';

let server, vera, phone;

before(async () => {
  server = await Server.start();
  vera = await Coordinator.enrol(server.origin, 'vera');
  phone = await Phone.take(server);
  await phone.signIn('anna');
});

after(async () => {
  await phone?.putAway();
  await server?.stop();
});

const rows = async () => (await phone.ask('hello')).rows;

/** A person of this phone's, by their place in the list. */
async function recipient(at) {
  const people = (await rows()).filter((row) => row.type === 'case');
  return people[at].family;
}

async function takeAway(family) {
  const { session } = await phone.ask('hello');
  await vera.ask('DELETE', `/v1/cases/${family}/assignments/${session.person}`);
}

/** The same, when it is time; whoever waits for it hears when it is done. */
function takeAwaySoon(family) {
  let begin;
  const done = new Promise((resolve) => (begin = resolve)).then(() => takeAway(family));
  return { done, now: () => (begin(), done) };
}

/** Saves a visit, as its form does. */
const visit = (whose, family, notes) =>
  whose.ask('write', {
    event: 'write', now_ms: Date.now(), zone: 'Europe/Kyiv', random: randomBytes(32).toString('hex'),
    type: 'visit', case: family, fields: { date: '2026-05-15', notes },
  });

async function sound() {
  assert.deepEqual([...(await axeFindings(phone.page)), ...(await sizeFindings(phone.page))], []);
}

test('what was written in the meantime is taken in, and the phone says so', async () => {
  const family = await recipient(0);
  await phone.goOffline();
  for (const notes of ['раз', 'два']) await visit(phone, family, notes);
  await takeAway(family);
  await phone.goOnline();
  await phone.ask('sync');
  await phone.quiet();
  // Their card stays with everybody of the village.
  assert.deepEqual([...new Set((await rows()).filter((row) => row.family === family).map((row) => row.type))], ['person']);
  await phone.open('#/sync');
  await phone.page.getByText('Сервер принял 2 записи о тех, кто уже передан другому работнику').waitFor();
  await sound();
});

test('a record that is still here when the case goes stays until it has gone out', async () => {
  const family = await recipient(1);
  // The answer is on its way while she writes; after it there is no signal any more.
  const wire = phone.page.context();
  let written;
  const taken = takeAwaySoon(family);
  const held = new Promise((resolve) => (written = resolve));
  let first = true;
  await wire.route('**/v1/sync', async (route) => {
    if (!first) return route.abort();
    first = false;
    await taken.done;
    const answer = await route.fetch();
    await held;
    return route.fulfill({ response: answer });
  });
  void phone.ask('sync').catch(() => undefined);
  await taken.now();
  await visit(phone, family, 'в ту же минуту');
  written();
  const waiting = async () => (await rows()).find((row) => row.fields.notes === 'в ту же минуту');
  for (let tries = 0; tries < 40 && !(await waiting())?.leaving; tries++) await phone.page.waitForTimeout(250);
  assert.ok((await waiting()).leaving, 'it is marked');

  await phone.open('#/sync');
  await phone.page.getByText('1 ваша запись о нём ещё ждёт').waitFor();
  await sound();
  await phone.open(`#/record/${(await waiting()).id}`);
  await phone.page.getByText('Запись уйдёт на сервер и тогда исчезнет с этого телефона').waitFor();
  await sound();
  await wire.unrouteAll({ behavior: 'ignoreErrors' });
  await phone.ask('sync');
  await phone.quiet();
  assert.equal(await waiting(), undefined);
});

test('what was set aside is told on another phone too, with what was decided', async () => {
  const oksana = await Phone.take(server);
  const fresh = await Phone.take(server);
  try {
    await oksana.signIn('oksana');
    const hers = (await oksana.ask('hello')).rows.filter((row) => row.type === 'case').map((row) => row.family);
    const strange = (await rows()).find((row) => row.type === 'case' && !hers.includes(row.family)).family;
    for (const notes of ['мимо шла', 'и ещё раз']) await visit(oksana, strange, notes);
    await oksana.ask('sync');
    await oksana.quiet();
    const { items } = await vera.ask('GET', '/v1/quarantine');
    const its = items.find((item) => item.author_name?.startsWith('Оксана'));
    await vera.ask('POST', `/v1/quarantine/${its.id}/settle`, { note: 'Записано у Анны.' });
    await fresh.signIn('oksana');
    await fresh.open('#/records?show=set_aside');
    await fresh.page.getByText('Известия об отложенном').waitFor();
    await fresh.page.getByText('Координатор: Записано у Анны.').waitFor();
    assert.equal(await fresh.page.getByText('Этот человек не закреплён за вами').count(), 2);
    assert.deepEqual([...(await axeFindings(fresh.page)), ...(await sizeFindings(fresh.page))], []);
  } finally {
    await oksana.putAway();
    await fresh.putAway();
  }
});

test('what was set aside is not changed, and a form that was open says so', async () => {
  const lida = await Phone.take(server);
  const { page } = lida;
  try {
    await lida.signIn('oksana');
    const hers = (await lida.ask('hello')).rows.filter((row) => row.type === 'case').map((row) => row.family);
    const strange = (await rows()).find((row) => row.type === 'case' && !hers.includes(row.family)).family;
    await page.context().setOffline(true);
    await visit(lida, strange, 'заходила к соседке');
    const written = async () => (await lida.ask('hello')).rows.find((row) => row.fields.notes === 'заходила к соседке');
    const { id } = await written();
    await lida.open(`#/record/${id}`);
    await page.getByRole('link', { name: 'Исправить' }).click();
    await page.getByLabel('Заметки').fill('заходила к Лидии');

    await page.context().setOffline(false);
    await lida.ask('sync');
    await lida.quiet();
    assert.equal((await written()).state, 'set_aside');
    await page.getByRole('button', { name: 'Сохранить' }).click();
    await page.getByRole('alert').getByText('Запись отложена').waitFor();
    assert.equal(await page.getByLabel('Заметки').inputValue(), 'заходила к Лидии');
    assert.equal((await written()).fields.notes, 'заходила к соседке');

    await lida.open(`#/record/${id}`);
    await page.getByText('Этот человек не закреплён за вами').waitFor();
    for (const name of ['Исправить', 'Отменить']) assert.equal(await page.getByText(name, { exact: true }).count(), 0);
    assert.deepEqual([...(await axeFindings(page)), ...(await sizeFindings(page))], []);
  } finally {
    await lida.putAway();
  }
});
