import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

// House rule: only the network module and the service worker reach out, only storage.ts keeps things.
const reach = [
  { name: 'fetch', message: 'Only src/core/network.ts and src/sw.ts call fetch.' },
  { name: 'indexedDB', message: 'Only src/core/storage touches IndexedDB.' },
  { name: 'localStorage', message: 'Only src/core/preferences.ts and src/core/witness.ts touch localStorage.' },
];

export default ts.config(
  { ignores: ['dist/', 'dev-dist/', 'src/core/pkg/'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.browser, ...globals.worker } } },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'] } },
  },
  {
    rules: {
      'no-restricted-globals': ['error', ...reach],
      'no-console': 'error',
      'svelte/no-navigation-without-resolve': 'off',
      // The stores replace whole maps ($state.raw); nothing is changed in place.
      'svelte/prefer-svelte-reactivity': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['src/core/network.ts', 'src/sw.ts', 'src/core/storage/**', 'src/core/preferences.ts', 'src/core/witness.ts'],
    rules: { 'no-restricted-globals': 'off' },
  },
);
