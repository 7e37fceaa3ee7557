/**
 * The small typed pass beside Biome: lost promises and holes in switches, which need types to be seen; in tests too, where a
 * promise that nobody waits for is an assertion that never counts. And one rule of the architecture that is no import: the
 * domain does not look at the process it runs in.
 * RHC_LINT_UNTYPED=1 leaves the typed rules out (the planted violation of the architecture test has no tsconfig).
 */
import { parser, plugin } from 'typescript-eslint';

const typed = process.env.RHC_LINT_UNTYPED !== '1';
const TESTS = ['*/src/**/*.test.ts', '*/test/**/*.ts', 'test/**/*.ts'];
const plugins = { '@typescript-eslint': plugin };
const linterOptions = { reportUnusedDisableDirectives: 'off' };
const rules = {
  '@typescript-eslint/no-floating-promises': 'error',
  '@typescript-eslint/no-misused-promises': 'error',
  '@typescript-eslint/await-thenable': 'error',
  '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
};

export default [
  { ignores: ['**/dist/**', 'var/**', 'coverage/**', '**/src/web/**'] },
  {
    files: ['*/src/**/*.ts'],
    ignores: TESTS,
    languageOptions: {
      parser,
      parserOptions: typed ? { projectService: true, tsconfigRootDir: import.meta.dirname } : {},
    },
    plugins,
    linterOptions,
    rules: typed ? rules : {},
  },
  {
    files: TESTS,
    languageOptions: {
      parser,
      parserOptions: typed ? { project: 'tsconfig.test.json', tsconfigRootDir: import.meta.dirname } : {},
    },
    plugins,
    linterOptions,
    // Koa's callback is handed to a server as it is.
    rules: typed
      ? { ...rules, '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }] }
      : {},
  },
  {
    files: ['*/src/domain/**/*.ts'],
    ignores: TESTS,
    rules: {
      'no-restricted-globals': ['error', { name: 'process', message: 'Settings come into the domain as arguments.' }],
      'no-restricted-imports': ['error', { paths: ['process', 'node:process'] }],
    },
  },
];
