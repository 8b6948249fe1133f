/** The log by days. */

export interface Day<T> {
  date: string;
  rows: T[];
}

/** Rows that follow one another on the same day stand together; the order is the server's. */
export function byDay<T extends { date: string }>(rows: T[]): Day<T>[] {
  const days: Day<T>[] = [];
  for (const row of rows) {
    const last = days.at(-1);
    if (last?.date === row.date) last.rows.push(row);
    else days.push({ date: row.date, rows: [row] });
  }
  return days;
}
