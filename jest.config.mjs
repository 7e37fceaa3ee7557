/**
 * Suites run side by side (scripts/test.mjs): pure ones, and those on real parts too, which each bring a token folder, a
 * reader stack, a database and ports of their own.
 */
const shared = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  transform: {
    '^.+\\.(m?[jt]s)$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  extensionsToTreatAsEsm: [],
  moduleNameMapper: {
    // Its exports name only "import", which Jest's CommonJS does not ask for.
    '^canonicalize$': '<rootDir>/node_modules/canonicalize/lib/canonicalize.js',
    '^@rhc/(hsm-config|service-shell)$': '<rootDir>/$1/src/index.ts',
    '^@rhc/([^/]+)/(.+)$': '<rootDir>/$1/src/$2/index.ts',
  },
  transformIgnorePatterns: ['/node_modules/(?!(@exodus|canonicalize)/)'],
};

export default {
  // A deadline against hanging, not a measure: suites run beside other work on two cores.
  testTimeout: 60_000,
  projects: [
    { ...shared, displayName: 'unit', testMatch: ['<rootDir>/*/src/**/*.test.ts'] },
    {
      ...shared,
      displayName: 'real',
      testMatch: ['<rootDir>/*/test/**/*.test.ts', '<rootDir>/test/**/*.test.ts'],
      globalSetup: '<rootDir>/scripts/test/run-folder.mjs',
      globalTeardown: '<rootDir>/scripts/test/run-folder-end.mjs',
    },
  ],
};
