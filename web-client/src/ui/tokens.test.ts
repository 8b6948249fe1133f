import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync('src/ui/tokens.css', 'utf8');

function theme(selector: string): Map<string, string> {
  const block = css.slice(css.indexOf(`${selector} {`)).split('}')[0]!;
  return new Map([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map((found) => [found[1]!, found[2]!]));
}

/** Relative luminance and contrast as WCAG 2 defines them. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

const TEXT = [
  ['ink', 'paper'], ['ink', 'card'], ['ink-soft', 'paper'], ['ink-soft', 'card'], ['main', 'card'], ['main', 'paper'],
  ['on-main', 'main'], ['on-tint', 'main-tint'], ['good', 'good-tint'], ['wait', 'wait-tint'], ['note', 'note-tint'],
  ['alarm', 'alarm-tint'], ['alarm', 'card'], ['wait', 'paper'], ['paper', 'ink'],
] as const;
const EDGES = [['edge-strong', 'card'], ['edge-strong', 'paper'], ['focus', 'paper'], ['focus', 'card']] as const;

describe.each([[':root'], [":root[data-theme='dark']"], [":root[data-theme='sun']"]])('the theme %s', (selector) => {
  const colours = theme(selector);

  it.each(TEXT)('has 7:1 for %s on %s', (text, ground) => {
    expect(contrast(colours.get(text)!, colours.get(ground)!)).toBeGreaterThanOrEqual(7);
  });

  it.each(EDGES)('has 3:1 for %s on %s', (edge, ground) => {
    expect(contrast(colours.get(edge)!, colours.get(ground)!)).toBeGreaterThanOrEqual(3);
  });
});
