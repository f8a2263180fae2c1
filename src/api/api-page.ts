/** The routes as a page for people: without scripts, and without anything from elsewhere. */
import { wantedOf, type Field } from '../domain/input-fields.ts';
import type { OperationFacts } from '../operations/operation.ts';
import { OPERATIONS } from '../operations/operations.ts';
import { escapeHtml } from './html.ts';
import { routeOf, type Route } from './route.ts';

export const PAGE_STYLE = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h2 { margin-top: 3rem; border-bottom: 1px solid GrayText }
table { border-collapse: collapse; width: 100% }
td, th { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; overflow-wrap: anywhere }
`;

const CARRIES: Readonly<Record<Route['carries'], string>> = {
  query: 'Fields in the query.',
  json: 'Fields as one JSON object.',
  file: 'The file as the body, fields in the query.',
  'json or file': 'Fields as one JSON object; or a file as the body, with fields in the query.',
};

export function apiPage(version: string): string {
  const nouns = [...new Set(OPERATIONS.map(({ name }) => nounOf(name)))];
  const links = nouns.map((noun) => `<a href="#${noun}">${noun}</a>`).join(' · ');
  const sections = nouns.map(
    (noun) =>
      `<h2 id="${noun}">${noun}</h2>\n${OPERATIONS.filter(({ name }) => nounOf(name) === noun)
        .map(operationHtml)
        .join('\n')}`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The API of atp-sync ${escapeHtml(version)}</title>
<link rel="stylesheet" href="/api/page.css">
</head>
<body>
<h1>The API of atp-sync ${escapeHtml(version)}</h1>
<p>Each request carries <code>Authorization: Bearer &lt;token&gt;</code>; <code>atp token add</code> makes one. Errors are
<code>application/problem+json</code>. For programs: <a href="/api/openapi.json">openapi.json</a>.</p>
<nav>${links}</nav>
${sections.join('\n')}
</body>
</html>
`;
}

function nounOf(name: string): string {
  return name.split('.')[0] ?? name;
}

function operationHtml(operation: OperationFacts): string {
  const route = routeOf(operation);
  const fields = Object.entries(route.fields);
  const sentence = operation.description.charAt(0).toUpperCase() + operation.description.slice(1);
  const rows = fields.map(([name, field]) => fieldHtml(name, field)).join('\n');
  return `<h3><code>${route.method} ${route.path}</code></h3>
<p>${escapeHtml(sentence)}. For the role ${operation.role}.${fields.length > 0 ? ` ${CARRIES[route.carries]}` : ''}</p>
${fields.length > 0 ? `<table>\n<tr><th>Field</th><th></th><th>Meaning</th><th>Value</th></tr>\n${rows}\n</table>` : ''}`;
}

function fieldHtml(name: string, field: Field): string {
  const presence =
    field.byDefault !== undefined
      ? `default ${field.byDefault}`
      : field.presence === 'clearable'
        ? 'null clears it'
        : field.presence;
  const cells = [presence, field.about, wantedOf(field)].map((text) => `<td>${escapeHtml(text)}</td>`);
  return `<tr><td><code>${name}</code></td>${cells.join('')}</tr>`;
}
