/**
 * Who may import whom (ARCHITECTURE.md). Everything that is not listed is refused, so a new edge is a decision.
 * Each rule has a fixture in test/architecture/fixtures that breaks it.
 */

/** An npm package, under its own types too. */
const npm = (...names) => `(^|/)node_modules/(@types/)?(${names.join('|')})/`;
/** The project's own folders. */
const own = (...folders) => folders.map((folder) => `^${folder}/`);

/** Node's own modules are no concern of a rule unless it says so. What does not resolve has a rule of its own. */
const PACKAGES_AND_FOLDERS = { couldNotResolve: false, dependencyTypesNot: ['core'] };
const EVERYTHING = { couldNotResolve: false };

function only(name, folder, allowed, comment, to = PACKAGES_AND_FOLDERS) {
  return {
    name,
    comment,
    severity: 'error',
    from: { path: `^${folder}/` },
    to: { pathNot: [`^${folder}/`, ...allowed], ...to },
  };
}

/** An adapter knows the domain, its own driver and where secrets are; what two adapters share else belongs to the domain or to an activity. */
function adapter(folder, ...drivers) {
  return only(
    `${folder}-is-an-adapter`,
    `src/${folder}`,
    [...own('src/domain', 'src/secrets'), npm('zod', ...drivers)],
    `src/${folder} imports src/domain, src/secrets and its own driver; another adapter is wired to it in activities or src/main.`,
  );
}

export default {
  forbidden: [
    only(
      'domain-imports-nothing',
      'src/domain',
      [],
      'Decisions are pure: no npm package, no Node module, no other folder. Pass in what it needs as values.',
      EVERYTHING,
    ),
    only(
      'workflows-sequence',
      'workflows',
      [...own('src/domain', 'activities'), npm('@temporalio/workflow', '@temporalio/common')],
      'Workflows run in a sandbox: src/domain, @temporalio/workflow and the types of activities, nothing else.',
      EVERYTHING,
    ),
    {
      name: 'workflows-see-activities-as-types',
      comment: 'Use `import type`: the code of an activity must not get into the workflow bundle.',
      severity: 'error',
      from: { path: '^workflows/' },
      to: { path: '^activities/', dependencyTypesNot: ['type-only'] },
    },
    only(
      'activities-use-adapters',
      'activities',
      [
        ...own('src/domain', 'src/postgres', 'src/sftp', 'src/csv', 'src/shopify', 'src/alerting'),
        npm('@temporalio/activity', '@temporalio/common', 'p-map'),
      ],
      'Activities call adapters, never a driver: put the statement or the request into the adapter.',
    ),
    only(
      'secrets-are-read',
      'src/secrets',
      own('src/domain'),
      'src/secrets reads variables and files, and knows the domain alone.',
    ),
    adapter('postgres', 'knex', 'pg', 'pg-copy-streams'),
    adapter('sftp', 'ssh2-sftp-client', 'ssh2'),
    adapter('csv', 'csv-parse', 'csv-stringify'),
    adapter('shopify', '@shopify/[^/]+', 'uuid'),
    adapter('metrics', 'prom-client'),
    adapter('alerting', 'nodemailer'),
    adapter('oidc', 'openid-client'),
    adapter('temporal', '@temporalio/[^/]+', '@grpc/grpc-js', 'croner', 'cronstrue', 'p-map'),
    only(
      'config-knows-the-environment',
      'src/config',
      [...own('src/domain', 'src/sftp', 'src/temporal'), npm('zod', '@temporalio/envconfig')],
      'src/config reads the environment; from adapters it takes the types of their settings.',
    ),
    {
      name: 'config-sees-adapters-as-types',
      comment: 'Use `import type`: reading the configuration must not load an adapter.',
      severity: 'error',
      from: { path: '^src/config/' },
      to: { path: own('src/(?!domain|config)[^/]+'), dependencyTypesNot: ['type-only'] },
    },
    only(
      'operations-use-adapters',
      'src/operations',
      [
        ...own(
          'src/domain',
          'src/postgres',
          'src/sftp',
          'src/csv',
          'src/shopify',
          'src/alerting',
          'src/temporal',
        ),
        npm('p-map'),
      ],
      'Operations use src/domain and adapters, never a driver; src/main gives them what is open.',
    ),
    {
      name: 'operations-load-clients-late',
      comment:
        'Use `await import(…)` where it is needed, or `import type`: `atp explain` must not wait for the modules of the Temporal client, SSH and Shopify.',
      severity: 'error',
      from: { path: '^src/operations/' },
      to: {
        path: own('src/(temporal|shopify|sftp|alerting)'),
        pathNot: '^src/sftp/(file-hash|scratch-folder)\\.ts$',
        dependencyTypesNot: ['type-only', 'dynamic-import'],
      },
    },
    only(
      'cli-renders-operations',
      'src/cli',
      [...own('src/domain', 'src/operations'), npm('commander', 'cli-table3')],
      'A command renders an operation: what it does belongs into src/operations.',
    ),
    only(
      'api-renders-operations',
      'src/api',
      [...own('src/domain', 'src/operations'), npm('fastify', '@fastify/[^/]+')],
      'A route renders an operation: what it does belongs into src/operations.',
    ),
    only(
      'console-asks-the-api',
      'web',
      [
        ...own('src/domain', 'src/operations'),
        npm('@mantine/[^/]+', '@tanstack/[^/]+', '@tabler/[^/]+', 'react', 'react-dom', 'csv-parse', 'vite'),
      ],
      'A page shows what the API answers, and imports nothing of the server but the domain and types of operations.',
    ),
    {
      name: 'console-sees-operations-as-types',
      comment: 'Use `import type`: what an operation does is done by the server.',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^src/operations/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'nothing-imports-a-door',
      comment:
        'Command line and HTTP API are doors: what another door needs as well belongs into src/operations.',
      severity: 'error',
      from: { pathNot: ['^src/(cli|api|main)/', '^test/', '^scripts/'] },
      to: { path: '^src/(cli|api)/' },
    },
    {
      name: 'nothing-imports-main',
      comment: 'src/main wires the parts; a part that needs something gets it as an argument.',
      severity: 'error',
      from: { pathNot: ['^src/main/', '^test/', '^scripts/'] },
      to: { path: '^src/main/' },
    },
    {
      name: 'stand-ins-stay-outside',
      comment: 'The product must not know its stand-ins: only src/main, tests and scripts may start them.',
      severity: 'error',
      from: { pathNot: ['^src/(main|stand-ins)/', '^test/', '^scripts/'] },
      to: { path: '^src/stand-ins/' },
    },
    {
      name: 'product-needs-no-tests',
      comment: 'Code that runs in production imports neither tests nor scripts.',
      severity: 'error',
      from: { path: own('src', 'activities', 'workflows') },
      to: { path: own('test', 'scripts') },
    },
    {
      name: 'no-circle',
      comment:
        'Files that import each other, if only for types, are one concept, or one of them knows too much.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'import-resolves',
      comment: 'The file or package is not there: correct the path, or add the package to package.json.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'package-is-declared',
      comment: 'The package is installed only because another one needs it: add it to package.json.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'product-needs-no-dev-package',
      comment: 'Production installs leave devDependencies out: move the package to dependencies.',
      severity: 'error',
      from: { path: own('src', 'activities', 'workflows'), pathNot: '^src/stand-ins/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)test/architecture/fixtures/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'node', 'default'],
    },
  },
};
