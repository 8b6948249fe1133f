// Every page of the field on a small screen, in three languages and three themes, and with text twice as large:
// nothing that axe finds, nothing too small for a thumb, nothing wider than the screen.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axeFindings, sizeFindings } from './desk.mjs';
import { Phone } from './phone.mjs';
import { Server } from './server.mjs';

const LANGUAGES = ['ru', 'uk', 'en'];
const THEMES = ['light', 'dark', 'sun'];

let server, phone, pages;

before(async () => {
  server = await Server.start();
  phone = await Phone.take(server);
  await phone.signIn('anna');
  const { rows } = await phone.ask('hello');
  const one = (test) => rows.find(test).id;
  const family = rows.find((row) => row.type === 'case').family;
  pages = {
    day: '#/day',
    case: `#/case/${family}`,
    visit: `#/new/visit?case=${family}`,
    delivery: `#/new/delivery?case=${family}`,
    chore: `#/new/task?case=${family}`,
    records: '#/records',
    returned: `#/record/${one((row) => row.state === 'returned')}`,
    correct: `#/record/${one((row) => row.type === 'delivery')}/correct`,
    sync: '#/sync',
    settings: '#/settings',
  };
});

after(async () => {
  await phone?.putAway();
  await server?.stop();
});

async function look(preferences) {
  await phone.page.evaluate((chosen) => localStorage.setItem('footpath/preferences', JSON.stringify(chosen)), preferences);
  await phone.page.reload();
  await phone.page.waitForSelector('main h2, main .card');
}

/** The page as a person meets it, and with everything that folds out folded out. */
async function findings(address) {
  await phone.page.evaluate((hash) => (location.hash = hash), address);
  await phone.page.waitForSelector('main .card, main fieldset');
  await phone.page.evaluate(() => document.querySelectorAll('details').forEach((one) => (one.open = true)));
  return [...(await axeFindings(phone.page)), ...(await sizeFindings(phone.page))];
}

async function everywhere() {
  const found = [];
  for (const [name, address] of Object.entries(pages)) found.push(...(await findings(address)).map((one) => `${name}: ${one}`));
  return found;
}

for (const language of LANGUAGES) {
  for (const theme of THEMES) {
    test(`nothing is found: ${language}, ${theme}`, async () => {
      await look({ language, theme, text: 100 });
      assert.deepEqual(await everywhere(), []);
    });
  }

  test(`text twice as large fits: ${language}`, async () => {
    await look({ language, theme: 'light', text: 200 });
    assert.deepEqual(await everywhere(), []);
  });
}

test('a sheet over the page holds the same', async () => {
  await look({ language: 'ru', theme: 'light', text: 100 });
  await phone.open('#/day');
  await phone.button('Записать').click();
  await phone.page.getByRole('dialog').waitFor();
  assert.deepEqual([...(await axeFindings(phone.page)), ...(await sizeFindings(phone.page))], []);
});
