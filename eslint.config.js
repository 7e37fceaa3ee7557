/**
 * The small typed pass beside Biome: lost promises and holes in switches, which need types to be seen. And one rule of
 * the architecture that is no import: the domain does not look at the process it runs in.
 * RHC_LINT_UNTYPED=1 leaves the typed rules out (the planted violation of the architecture test has no tsconfig).
 */
import { parser, plugin } from 'typescript-eslint';

const typed = process.env.RHC_LINT_UNTYPED !== '1';

export default [
  { ignores: ['**/dist/**', '**/*.test.ts', '**/test/**', 'var/**', 'coverage/**', '**/src/web/**'] },
  {
    files: ['*/src/**/*.ts'],
    languageOptions: {
      parser,
      parserOptions: typed ? { projectService: true, tsconfigRootDir: import.meta.dirname } : {},
    },
    plugins: { '@typescript-eslint': plugin },
    linterOptions: { reportUnusedDisableDirectives: 'off' },
    rules: typed
      ? {
          '@typescript-eslint/no-floating-promises': 'error',
          '@typescript-eslint/no-misused-promises': 'error',
          '@typescript-eslint/await-thenable': 'error',
          '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
        }
      : {},
  },
  {
    files: ['*/src/domain/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', { name: 'process', message: 'Settings come into the domain as arguments.' }],
      'no-restricted-imports': ['error', { paths: ['process', 'node:process'] }],
    },
  },
];
