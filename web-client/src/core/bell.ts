/** Rings when the server has news for this person. Open pages listen; what the news is, they read as always. */
const listeners = new Set<() => void>();

/** Calls `heard` at every ring, until what it gives back is called. */
export function onNews(heard: () => void): () => void {
  listeners.add(heard);
  return () => void listeners.delete(heard);
}

export function ring(): void {
  for (const heard of [...listeners]) heard();
}
