/** Dates, times, money and sizes as people here write them. */
import { language, t } from './index.svelte';

const DAY_MS = 86_400_000;

function civil(date: string): Date {
  const [year = 1970, month = 1, day = 1] = date.split('-').map(Number);
  return new Date(year, month - 1, day, 12);
}

export function longDay(at: Date): string {
  const text = new Intl.DateTimeFormat(language(), { weekday: 'long', day: 'numeric', month: 'long' }).format(at);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A civil date; the year only when it is not this one. */
export function shortDay(date: string, now = new Date()): string {
  const at = civil(date);
  if (Number.isNaN(at.getTime())) return date;
  const year = at.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' as const };
  return new Intl.DateTimeFormat(language(), { day: 'numeric', month: 'long', ...year }).format(at);
}

export function daysAgo(date: string, now = new Date()): number {
  const today = new Date(now.getFullYear(), now.getMonth(), now.getDate(), 12);
  return Math.round((today.getTime() - civil(date).getTime()) / DAY_MS);
}

export function agoInWords(date: string, now = new Date()): string {
  const days = daysAgo(date, now);
  if (days === 0) return t('ago-today');
  if (days === 1) return t('ago-yesterday');
  return days > 1 && days < 60 ? t('ago-days', { days }) : shortDay(date, now);
}

export function clock(ms: number): string {
  return new Intl.DateTimeFormat(language(), { hour: '2-digit', minute: '2-digit' }).format(ms);
}

/** Today only the time, otherwise the day too. */
export function moment(ms: number, now = new Date()): string {
  const at = new Date(ms);
  if (at.toDateString() === now.toDateString()) return clock(ms);
  return new Intl.DateTimeFormat(language(), { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }).format(at);
}

/** Minor units (kopecks) as a sum in main units, without a currency: the organisation has only one. */
export function money(minor: number): string {
  const digits = minor % 100 === 0 ? 0 : 2;
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat(language(), options).format(minor / 100);
}

/** What a person typed as a sum, in minor units; null when it is no number. */
export function parseMoney(text: string): number | null {
  const plain = text.replace(/[\s\u00a0]/g, '').replace(',', '.');
  if (!/^\d+(\.\d{0,2})?$/.test(plain)) return null;
  return Math.round(Number(plain) * 100);
}

export function number(value: number): string {
  // Four digits stay together: 1941 is a year as often as a number.
  return new Intl.NumberFormat(language(), { useGrouping: 'min2' }).format(value);
}

export function megabytes(bytes: number): string {
  return new Intl.NumberFormat(language(), { maximumFractionDigits: bytes < 10_000_000 ? 1 : 0 }).format(bytes / 1_000_000);
}

/** At least 1: what is there is not nothing. */
export function kilobytes(bytes: number): string {
  return number(Math.max(1, Math.round(bytes / 1_000)));
}

/** A month given as `2026-05`, in words. */
export function monthOfYear(month: string): string {
  const at = new Date(Number(month.slice(0, 4)), Number(month.slice(5, 7)) - 1, 15);
  const name = new Intl.DateTimeFormat(language(), { month: 'long' }).format(at);
  return `${name.charAt(0).toLocaleUpperCase(language())}${name.slice(1)} ${at.getFullYear()}`;
}
