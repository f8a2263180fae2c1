/** Lint with types: what the compiler lets pass and a person regrets. Format is prettier's, imports are .dependency-cruiser.mjs's. */
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

/** In test/architecture/fixtures files break rules on purpose; their test lints them with this same file. */
const IGNORED = ['node_modules/', '.atp/', 'coverage/', 'dist/', 'test/architecture/fixtures/'];

const NODE_ONLY = ['process', 'Buffer', 'fetch', 'performance', 'setImmediate', 'require'];
const COLLECTOR_TIMED = ['WeakRef', 'FinalizationRegistry'];

const READS_ENVIRONMENT = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'Only src/config reads the environment: take the value as an argument.',
};
const ASKS_CLOCK = [
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'A decision takes the time as an argument.',
  },
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'A decision takes the time as an argument.',
  },
];
const THROWS_DICE = {
  selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
  message: 'Take the value as an argument; a test could not repeat it.',
};

/** Of ESLint's own recommended rules those that the compiler does not cover. */
const CORE_RULES = Object.fromEntries(
  [
    'no-async-promise-executor',
    'no-case-declarations',
    'no-cond-assign',
    'no-constant-binary-expression',
    'no-constant-condition',
    'no-control-regex',
    'no-debugger',
    'no-duplicate-case',
    'no-empty',
    'no-empty-character-class',
    'no-empty-pattern',
    'no-ex-assign',
    'no-irregular-whitespace',
    'no-loss-of-precision',
    'no-misleading-character-class',
    'no-prototype-builtins',
    'no-self-assign',
    'no-sparse-arrays',
    'no-unsafe-finally',
    'no-unsafe-optional-chaining',
    'no-useless-catch',
    'no-useless-escape',
    'no-var',
    'prefer-const',
    'require-yield',
    'use-isnan',
  ].map((rule) => [rule, 'error']),
);

export default tseslint.config(
  { ignores: IGNORED },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      // A missed await on an activity or a statement is a lost effect.
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/return-await': ['error', 'in-try-catch'],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // graphql's enums of texts are meant to be compared with their texts.
      '@typescript-eslint/no-unsafe-enum-comparison': 'off',
      // An interface may promise what one implementation has at once.
      '@typescript-eslint/require-await': 'off',
      ...CORE_RULES,
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'max-lines': ['error', { max: 400 }],
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true, named: true } }],
    },
  },
  {
    files: ['src/**/*.ts', 'activities/**/*.ts', 'workflows/**/*.ts'],
    ignores: ['src/config/**', 'src/main/**', 'src/stand-ins/**'],
    rules: { 'no-restricted-syntax': ['error', READS_ENVIRONMENT] },
  },
  {
    files: ['src/domain/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', READS_ENVIRONMENT, ...ASKS_CLOCK, THROWS_DICE] },
  },
  {
    // The sandbox gives a workflow a Date and a Math.random that replay; these it does not have, or they do not replay.
    files: ['workflows/**/*.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...NODE_ONLY.map((name) => ({ name, message: 'A workflow has no Node: do it in an activity.' })),
        ...COLLECTOR_TIMED.map((name) => ({
          name,
          message: 'Depends on the garbage collector: it cannot replay.',
        })),
        { name: 'setTimeout', message: 'Use sleep of @temporalio/workflow, with a summary.' },
        {
          name: 'setInterval',
          message: 'It makes history without end: loop over sleep, with a named limit.',
        },
      ],
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['node:*'], message: 'A workflow has no Node: do it in an activity.' }] },
      ],
    },
  },
  {
    files: ['web/**/*.tsx', 'web/**/*.ts'],
    extends: [reactHooks.configs.flat.recommended],
    rules: {
      // The compiler of React, which it speaks of, is not used.
      'react-hooks/incompatible-library': 'off',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // expect.any, expect.stringContaining and their like are `any`.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['**/*.config.ts'],
    rules: { 'no-restricted-exports': 'off' },
  },
);
