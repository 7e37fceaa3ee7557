/** Pure suites run side by side; suites on real parts (HSM, PC/SC, databases, browser) run one after the other. */
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
    '^@rhc/(hsm-config|service-shell)$': '<rootDir>/$1/src/index.ts',
    '^@rhc/([^/]+)/(.+)$': '<rootDir>/$1/src/$2/index.ts',
  },
  transformIgnorePatterns: ['/node_modules/(?!(@exodus)/)'],
};

export default {
  projects: [
    { ...shared, displayName: 'unit', testMatch: ['<rootDir>/*/src/**/*.test.ts'] },
    { ...shared, displayName: 'real', testMatch: ['<rootDir>/*/test/**/*.test.ts', '<rootDir>/test/**/*.test.ts'] },
  ],
};
