export interface Link {
  readonly rel: string;
  readonly href: string;
}

/** Builds the links of one request's answer; they name the request's own Host, and its project if its URL does. */
export class LinkBuilder {
  readonly #versioned: string;
  readonly #bare: string;

  constructor(origin: string, projectInUrl: string) {
    const project = projectInUrl === '' ? '' : `/${projectInUrl}`;
    this.#versioned = `${origin}/v3${project}`;
    this.#bare = `${origin}${project}`;
  }

  to(collection: string, id: string): Link[] {
    return [
      { rel: 'self', href: `${this.#versioned}/${collection}/${id}` },
      { rel: 'bookmark', href: `${this.#bare}/${collection}/${id}` },
    ];
  }

  /** The link to the page after `lastId`, with all the request's parameters, the marker last. */
  next(collection: string, query: URLSearchParams, lastId: string): Link[] {
    const params = new URLSearchParams(query);
    params.delete('marker');
    params.append('marker', lastId);
    return [{ rel: 'next', href: `${this.#versioned}/${collection}?${encode(params)}` }];
  }
}

/** A query as Python's `urlencode` writes it: of the marks it leaves `_ . - ~` alone, and no other. */
function encode(params: URLSearchParams): string {
  return params.toString().replaceAll('%7E', '~').replaceAll('*', '%2A');
}
