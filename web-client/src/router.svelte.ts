/** A small hash router: the address is the state, so the back button of the phone just works. */

export interface Route {
  /** The parts of the path: `#/case/12ab` is `['case', '12ab']`. */
  parts: string[];
  query: URLSearchParams;
}

export function parse(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  return { parts: path.split('/').filter(Boolean).map(decodeURIComponent), query: new URLSearchParams(query) };
}

class Router {
  route = $state.raw<Route>(parse(location.hash));
  /** How many pages of this app lie behind: without any, "back" goes to the start page. */
  depth = 0;
}

export const router = new Router();

addEventListener('hashchange', () => {
  router.route = parse(location.hash);
});

export function go(path: string): void {
  router.depth++;
  location.hash = path;
}

/** Goes on without leaving the present page behind, as after saving a form. */
export function replace(path: string): void {
  history.replaceState(null, '', `#${path}`);
  router.route = parse(location.hash);
}

export function back(otherwise = '/'): void {
  if (history.length > 1 && document.referrer !== location.href && router.depth > 0) {
    router.depth--;
    history.back();
  } else replace(otherwise);
}
