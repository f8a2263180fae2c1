/** What a browser does with links: it follows redirects, and keeps the cookies of each origin. */
export interface Browser {
  /** Opens an address as a person does by a link; `change` may change each address on the way. */
  open(url: string, change?: (url: URL) => void): Promise<Page>;
  /** As a header, what it keeps for the origin. */
  cookiesOf(origin: string): string;
}

export interface Page {
  readonly url: URL;
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

/** A sign-in takes five. */
const REDIRECTS_MAX = 20;

export function openBrowser(): Browser {
  const jar = new Map<string, Map<string, string>>();
  const keep = (origin: string, headers: Headers): void => {
    const own = jar.get(origin) ?? new Map<string, string>();
    for (const line of headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      const [, expires] = /expires=([^;]+)/i.exec(line) ?? [];
      if (expires !== undefined && Date.parse(expires) <= Date.now()) own.delete(name);
      else own.set(name, value);
    }
    jar.set(origin, own);
  };
  const cookiesOf = (origin: string): string =>
    [...(jar.get(origin) ?? [])].map(([name, value]) => `${name}=${value}`).join('; ');
  return {
    cookiesOf,
    async open(start, change) {
      let url = new URL(start);
      for (let followed = 0; followed < REDIRECTS_MAX; followed += 1) {
        change?.(url);
        const response = await fetch(url, {
          redirect: 'manual',
          headers: { accept: 'text/html', cookie: cookiesOf(url.origin) },
        });
        keep(url.origin, response.headers);
        const text = await response.text();
        const next = response.headers.get('location');
        if (next === null) return { url, status: response.status, text, headers: response.headers };
        url = new URL(next, url);
      }
      throw new Error(`More than ${REDIRECTS_MAX} redirects.`);
    },
  };
}
