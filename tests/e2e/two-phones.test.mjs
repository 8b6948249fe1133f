// Two people edit the same case without a network: what differs merges, what clashes is chosen at the desk.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scene } from './scene.mjs';

const WHO = 'Галина Степановна Орлова';

let desk, anna, oksana;
const here = scene('anna', (...those) => ([desk, anna] = those));

/** The case card of WHO on a phone. */
async function openCard(phone) {
  const rows = (await phone.ask('hello')).rows;
  const person = rows.find((row) => row.type === 'person' && row.fields.name === WHO);
  assert.ok(person, 'the person is on the phone');
  await phone.open(`#/case/${person.family}`);
  await phone.page.getByRole('heading', { level: 1, name: WHO }).waitFor();
}

async function edit(phone, fields) {
  await openCard(phone);
  await phone.page.getByRole('link', { name: 'Исправить карточку' }).click();
  for (const [label, text] of Object.entries(fields)) await phone.page.getByLabel(label).fill(text);
  await phone.button('Сохранить').click();
  await phone.page.getByText('Сохранено на телефоне').first().waitFor();
}

async function caseFields(phone) {
  const rows = (await phone.ask('hello')).rows;
  const person = rows.find((row) => row.type === 'person' && row.fields.name === WHO);
  const file = rows.find((row) => row.type === 'case' && row.family === person.family);
  return { ...file.fields, conflicts: Object.keys(file.conflicts) };
}

async function bothOffline() {
  await anna.goOffline();
  await oksana.goOffline();
}

/** Both hand in what they have; a second round brings each what the other had. */
async function bothBack() {
  for (const phone of [anna, oksana]) await phone.goOnline();
  for (const phone of [anna, oksana, anna, oksana]) {
    await phone.ask('sync');
    await phone.quiet();
  }
}

test('the coordinator gives the case to a substitute, whose phone receives it', async () => {
  await desk.goTo('#/desk/cases', 'Люди');
  await desk.page.getByLabel('Найти по имени').fill('орлова');
  await desk.page.getByRole('link', { name: WHO }).click();
  await desk.page.getByRole('button', { name: 'Закрепить' }).click();
  const dialog = desk.page.getByRole('dialog');
  await dialog.getByLabel('За кем').selectOption({ label: 'Оксана Гриценко' });
  await dialog.getByRole('radio', { name: 'На замену' }).click();
  await dialog.getByLabel('По какой день').fill('2099-12-31');
  await dialog.getByRole('button', { name: 'Закрепить' }).click();
  await desk.told('Закреплено');
  await desk.page.getByText('на замене').waitFor();

  oksana = await here.take('oksana');
  await openCard(oksana);
});

test('different fields of the same case merge', async () => {
  await bothOffline();
  await edit(anna, { 'Важно знать': 'Плохо слышит, стучите громче.' });
  await edit(oksana, { 'Как попасть в дом': 'Через огород, калитка на крючке.' });
  await bothBack();
  for (const phone of [anna, oksana]) {
    const fields = await caseFields(phone);
    assert.equal(fields.important, 'Плохо слышит, стучите громче.');
    assert.equal(fields.way_in, 'Через огород, калитка на крючке.');
    assert.deepEqual(fields.conflicts, []);
  }
});

const clash = () => desk.page.getByRole('region', { name: 'Записали по-разному: Важно знать' });

/** Both write another thing into the same field, without a network, and come back. */
async function clashOver(ofAnna, ofOksana) {
  await bothOffline();
  await edit(anna, { 'Важно знать': ofAnna });
  await edit(oksana, { 'Важно знать': ofOksana });
  await bothBack();
}

test('the same field clashes, and the desk shows both values with who wrote them', async () => {
  await clashOver('Аллергия на кошек.', 'Собака во дворе без привязи.');
  assert.deepEqual((await caseFields(anna)).conflicts, ['important']);

  await desk.readAgain();
  await desk.page.locator('section', { hasText: 'Карточка получателя' }).getByRole('link', { name: 'История' }).click();
  await clash().waitFor();
  assert.equal(await clash().locator('li').count(), 2);
  await clash().locator('li', { hasText: 'Аллергия на кошек.' }).getByText('Анна Кравец').waitFor();
  await clash().locator('li', { hasText: 'Собака во дворе без привязи.' }).getByText('Оксана Гриценко').waitFor();
  assert.ok(await desk.button(/^Принять$/).isDisabled(), 'a value is chosen first');
});

test('when somebody writes while the coordinator looks, nothing is decided', async () => {
  await edit(oksana, { 'Важно знать': 'Собака теперь на цепи.' });
  await oksana.quiet();
  await clash().locator('li', { hasText: 'Аллергия на кошек.' }).getByRole('button').click();
  await desk.page.getByText('Пока вы выбирали, кто-то записал ещё').waitFor();
  await desk.page.getByText('Собака теперь на цепи.').first().waitFor();
  assert.equal(await clash().count(), 0);
});

test('a choice at the desk reaches both phones', async () => {
  await bothBack();
  await clashOver('Плохо видит.', 'Плохо слышит.');
  await desk.readAgain();
  await clash().locator('li', { hasText: 'Плохо слышит.' }).getByRole('button').click();
  await desk.told('Выбрано: Важно знать');
  await clash().waitFor({ state: 'detached' });
  await bothBack();
  for (const phone of [anna, oksana]) {
    const fields = await caseFields(phone);
    assert.equal(fields.important, 'Плохо слышит.');
    assert.deepEqual(fields.conflicts, []);
  }
});

test('nothing went wrong on the way', () => {
  for (const one of [anna, oksana, desk]) assert.deepEqual(one.problems, []);
});
