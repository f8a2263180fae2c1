/** What a browser shows when it comes back from an OpenID provider: without scripts, and without anything from elsewhere. */
import { escapeHtml } from './html.ts';
import type { Problem } from './problem.ts';

/**
 * Goes on to the console by itself. A redirect would still be the other site's doing, and the browser would leave the new
 * cookie, which is "strict", out of it.
 */
export function signedInPage(): string {
  return page(
    'Signed in',
    '<p>Signed in. <a href="/">Go on</a></p>',
    '<meta http-equiv="refresh" content="0;url=/">',
  );
}

export function refusedPage({ detail, hint, code, requestId }: Problem): string {
  const [what, todo] = [detail, hint].map(escapeHtml);
  return page(
    'Not signed in',
    `<p>${what}</p><p>${todo}</p><p><a href="/">Back</a></p><p><small>${code} · ${requestId}</small></p>`,
  );
}

function page(title: string, body: string, head = ''): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${head}<title>${title} · atp-sync</title>
<link rel="stylesheet" href="/api/page.css">
</head>
<body>
<h1>${title}</h1>
${body}
</body>
</html>
`;
}
