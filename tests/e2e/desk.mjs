// The coordinator's browser at the desk: a big screen, and the words of the pages in Russian.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Phone } from './phone.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** WCAG 2.2 AA, the contrast of AAA (7:1), and what axe calls good practice. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

export class Desk extends Phone {
  static async open(server, login = 'vera') {
    const desk = await Desk.take(server, { width: 1280, height: 800 });
    await desk.signIn(login);
    return desk;
  }

  async goTo(address, heading) {
    await this.page.evaluate((hash) => (location.hash = hash), address);
    await this.page.getByRole('heading', { level: 1, name: heading }).waitFor();
  }

  /** Reads the page again, as a person does who waits for news. */
  async readAgain() {
    const button = this.page.getByRole('button', { name: 'Обновить' }).last();
    await button.click();
    await this.page.waitForFunction((element) => !element.disabled, await button.elementHandle());
  }

  /** The rows of the log that name a person. */
  rows(name) {
    return this.page.locator('.log-row', { hasText: name });
  }

  async choose(label, option) {
    await this.page.getByLabel(label, { exact: true }).selectOption(option);
  }

  /** Waits for the short word that something was done. */
  async told(text) {
    await this.page.getByRole('status').getByText(text).last().waitFor();
  }
}

/** Everything axe finds on the page as it stands, one line each; empty is what we want. */
export async function axeFindings(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(
    (values) => window.axe.run(document, { runOnly: { type: 'tag', values }, rules: { 'color-contrast-enhanced': { enabled: true } } }),
    RULES,
  );
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
}

/** Controls smaller than a thumb needs, and a page wider than its screen. */
export function sizeFindings(page) {
  return page.evaluate(() => {
    const controls = [...document.querySelectorAll('a, button, input, select, textarea, summary')];
    const small = controls.filter((control) => {
      const box = (control.closest('label') ?? control).getBoundingClientRect();
      return box.width > 0 && control.checkVisibility({ visibilityProperty: true }) && (box.height < 47.5 || box.width < 47.5);
    });
    const wide = document.documentElement.scrollWidth > innerWidth ? [`the page is ${document.documentElement.scrollWidth} px wide`] : [];
    return [...wide, ...small.map((control) => `small: ${control.outerHTML.slice(0, 120)}`)];
  });
}
