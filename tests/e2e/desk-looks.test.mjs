// Every page of the desk, in three languages and three themes, on a phone and on a big screen: nothing that axe finds,
// nothing too small for a thumb, nothing wider than the screen.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Coordinator } from './coordinator.mjs';
import { Desk, axeFindings, sizeFindings } from './desk.mjs';
import { Server } from './server.mjs';

const SCREENS = [{ width: 1280, height: 800 }, { width: 360, height: 740 }];
const LANGUAGES = ['ru', 'uk', 'en'];
const THEMES = ['light', 'dark', 'sun'];

let server, desk, pages;

before(async () => {
  server = await Server.start();
  const asked = await Coordinator.enrol(server.origin, 'vera');
  const one = async (query) => (await asked.ask('GET', `/v1/records?${query}&limit=1`)).items[0];
  const record = ({ id, doc }) => `#/desk/record/${id}?doc=${doc}`;
  const conflict = await one('conflicts=true');
  pages = {
    log: '#/desk/log',
    conflict: record(conflict),
    returned: record(await one('state=returned')),
    delivery: record(await one('type=delivery')),
    cases: '#/desk/cases',
    case: `#/desk/cases/${conflict.case}`,
    quarantine: '#/desk/quarantine',
    devices: '#/desk/devices',
    settings: '#/settings',
  };
  desk = await Desk.open(server);
});

after(async () => {
  await desk?.putAway();
  await server?.stop();
});

async function look({ language, theme, text = 100 }) {
  await desk.page.evaluate((chosen) => localStorage.setItem('footpath/preferences', JSON.stringify(chosen)), { language, theme, text });
  await desk.page.reload();
  await desk.page.waitForSelector('h1');
}

async function findings(screen) {
  await desk.page.setViewportSize(screen);
  const found = [];
  for (const [name, address] of Object.entries(pages)) {
    await desk.page.evaluate((hash) => (location.hash = hash), address);
    await desk.page.waitForSelector('main .card, main article');
    await desk.page.waitForFunction(() => !document.querySelector('.fresh button:disabled'));
    found.push(...[...(await axeFindings(desk.page)), ...(await sizeFindings(desk.page))].map((one) => `${name}: ${one}`));
  }
  return found;
}

for (const language of LANGUAGES) {
  for (const theme of THEMES) {
    test(`axe finds nothing: ${language}, ${theme}`, async () => {
      await look({ language, theme });
      // Colours do not depend on the width: both screens are looked at in one theme.
      const screens = theme === 'light' ? SCREENS : SCREENS.slice(0, 1);
      for (const screen of screens) assert.deepEqual(await findings(screen), [], `${screen.width} px`);
    });
  }
}

test('text twice as large still fits a phone', async () => {
  await look({ language: 'ru', theme: 'light', text: 200 });
  const found = await findings(SCREENS[1]);
  assert.deepEqual(found.filter((one) => one.includes('px wide')), []);
});

test('an open dialog and open filters are as good', async () => {
  await look({ language: 'ru', theme: 'light' });
  await desk.page.evaluate((hash) => (location.hash = hash), pages.returned);
  await desk.button(/^Принять$/).waitFor();
  await desk.page.evaluate((hash) => (location.hash = hash), pages.delivery);
  await desk.button('Вернуть').click();
  await desk.page.getByRole('dialog').waitFor();
  assert.deepEqual(await axeFindings(desk.page), []);
  await desk.page.keyboard.press('Escape');
  await desk.page.evaluate((hash) => (location.hash = hash), pages.log);
  await desk.page.locator('.fold button').click();
  await desk.page.getByLabel('Место', { exact: true }).waitFor();
  assert.deepEqual([...(await axeFindings(desk.page)), ...(await sizeFindings(desk.page))], []);
});

test('nothing went wrong on the way', () => {
  assert.deepEqual(desk.problems, []);
});
