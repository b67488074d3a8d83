interface Routed {
  readonly method: string;
  /** Segments, `:id` for a variable one: `/backups/:id/restore`. */
  readonly path: string;
}

export interface RouteMatch<R> {
  readonly route: R;
  readonly params: readonly string[];
}

export interface Router<R> {
  /** The route of a method and path; of several that fit, the one listed first. */
  find(method: string, segments: readonly string[]): RouteMatch<R> | undefined;
  /** The methods of the routes that fit a path. */
  methodsOf(segments: readonly string[]): string[];
}

interface Entry<R> {
  readonly route: R;
  readonly segments: readonly string[];
}

export function createRouter<R extends Routed>(routes: readonly R[]): Router<R> {
  const groups = new Map<string, Entry<R>[]>();
  const methods = [...new Set(routes.map(({ method }) => method))];
  for (const route of routes) {
    const segments = route.path.split('/').slice(1);
    const key = groupKey(route.method, segments);
    groups.set(key, [...(groups.get(key) ?? []), { route, segments }]);
  }
  function find(method: string, segments: readonly string[]): RouteMatch<R> | undefined {
    for (const entry of groups.get(groupKey(method, segments)) ?? []) {
      const params = matchSegments(entry.segments, segments);
      if (params !== undefined) return { route: entry.route, params };
    }
    return undefined;
  }
  return {
    find,
    methodsOf: (segments) => methods.filter((method) => find(method, segments) !== undefined),
  };
}

function groupKey(method: string, segments: readonly string[]): string {
  return `${method} ${segments.length} ${segments[0]}`;
}

function matchSegments(pattern: readonly string[], segments: readonly string[]): string[] | undefined {
  const params: string[] = [];
  for (const [at, wanted] of pattern.entries()) {
    const segment = segments[at] ?? '';
    if (wanted.startsWith(':')) {
      if (segment === '') return undefined;
      params.push(segment);
    } else if (wanted !== segment) return undefined;
  }
  return params;
}
