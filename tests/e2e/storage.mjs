// What a browser keeps of a phone, where it lies in the folder, and how it goes away.
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';

export const INDEXED_DB = 'IndexedDB';
export const FILES = 'File System';

/** Deletes what the browser keeps under this name; it is turned off meanwhile. */
export async function wipe(phone, ...names) {
  await phone.turnOff();
  for (const name of names) {
    const folder = path.join(phone.folder, 'Default', name);
    if ((await readdir(folder)).length === 0) throw new Error(`${folder} is empty as it is`);
    await rm(folder, { recursive: true });
  }
  await phone.turnOn();
  await phone.open();
}

/** The browser takes it away while the app runs, as its settings and its developer tools do. */
export async function clearWhileOn(phone, storageTypes) {
  const session = await phone.context.newCDPSession(phone.page);
  await session.send('Storage.clearDataForOrigin', { origin: phone.origin, storageTypes });
}

export async function openForm(page, note, nth = 0) {
  await page.waitForSelector('article');
  await page.locator('article').nth(nth).getByRole('link').nth(1).click();
  await page.getByLabel('Заметки').fill(note);
}

export const save = (page) => page.getByRole('button', { name: 'Сохранить' }).click();

/** A visit, logged as a person does it. */
export async function logVisit(page, note) {
  await openForm(page, note);
  await save(page);
  await page.getByText('Сохранено на телефоне').first().waitFor();
  await page.waitForSelector('article');
}

/** The visits with these notes that are on the phone, one for each record. */
export async function visits(phone, ...notes) {
  const { rows } = await phone.ask('hello');
  return rows.filter((row) => row.type === 'visit' && notes.includes(row.fields.notes)).map((row) => row.fields.notes).sort();
}

/** The same of the server, whose tables follow the log a moment later. */
export async function arrived(desk, ...notes) {
  let there;
  for (let tries = 0; tries < 50; tries++) {
    const rows = await desk.records('type=visit&limit=200');
    there = rows.map((row) => row.fields.notes).filter((note) => notes.includes(note)).sort();
    if (there.length >= notes.length) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return there;
}
