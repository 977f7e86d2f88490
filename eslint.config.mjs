import tseslint from 'typescript-eslint';

/** Type-aware rules for everything written in TypeScript; what the compiler, the formatter or test/house.test.ts says is not said again. */
export default tseslint.config(
  {
    ignores: [
      'dist/',
      'coverage/',
      '.jest-cache/',
      '.data/',
      '.demo/',
      '.mutation/',
      'web/',
      'test/operations/generated/',
      '**/*.cjs',
      '**/*.mjs',
    ],
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // Loaded only when there is something to do with them: they take longer than the rest of a start.
      '@typescript-eslint/no-require-imports': ['error', { allow: ['^typeorm$', '^\\.\\./src/schema$'] }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ExportDefaultDeclaration',
          message: 'Export by name: a thing has one name where it is made and where it is used.',
        },
      ],
      // An async function without await keeps its promise to answer with a promise, whatever it throws.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['src/**/*.ts'],
    // The start and the stop of the process speak to the terminal; everything else writes to the log.
    ignores: ['src/main.ts', 'src/platform/lifecycle.ts', '**/*.test.ts'],
    rules: { 'no-console': 'error' },
  },
  {
    files: ['**/*.test.ts', 'test/**/*.ts'],
    rules: {
      // expect.any() is `any` by its declaration, and so is what a server answered, until the test has looked at it.
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-base-to-string': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    // jest asks for their default export.
    files: ['test/kit/global-setup.ts', 'test/kit/global-teardown.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
);
