/** Days as the desk writes them. */
import { language } from '../i18n/index.svelte';

/** "Суббота, 21 ноября"; with the year when it is not this one. */
export function dayOfWeek(date: string, now = new Date()): string {
  const [year = 1970, month = 1, day = 1] = date.split('-').map(Number);
  const at = new Date(year, month - 1, day, 12);
  if (Number.isNaN(at.getTime())) return date;
  const other = year === now.getFullYear() ? {} : { year: 'numeric' as const };
  const text = new Intl.DateTimeFormat(language(), { weekday: 'long', day: 'numeric', month: 'long', ...other }).format(at);
  return text.charAt(0).toUpperCase() + text.slice(1);
}
