import { svelte } from '@sveltejs/vite-plugin-svelte';
import { VitePWA } from 'vite-plugin-pwa';
import { defineConfig } from 'vitest/config';

const server = process.env.FOOTPATH_SERVER ?? 'http://localhost:8080';

export default defineConfig({
  plugins: [
    svelte(),
    VitePWA({
      strategies: 'injectManifest',
      includeManifestIcons: false,
      srcDir: 'src',
      filename: 'sw.ts',
      // Updating is asked for in src/core/update.svelte.ts; nothing reloads by itself.
      registerType: 'prompt',
      injectRegister: false,
      injectManifest: {
        // The pictures of the icon are the system's business; without a network nobody asks for them.
        globPatterns: ['**/*.{js,css,html,wasm,svg,webmanifest}'],
        // The desk asks the server for everything: a worker's phone does not carry it. It is kept when it is first used.
        globIgnores: ['**/assets/{Desk,desk}-*'],
        maximumFileSizeToCacheInBytes: 4_000_000,
      },
      manifest: {
        name: 'Footpath',
        short_name: 'Footpath',
        description: 'Полевой журнал социальной помощи: работает без сети',
        lang: 'ru',
        start_url: './',
        scope: './',
        display: 'standalone',
        orientation: 'portrait-primary',
        background_color: '#faf5ec',
        theme_color: '#1d4a39',
        icons: [
          { src: 'icons/icon-192.png', sizes: '192x192', type: 'image/png' },
          { src: 'icons/icon-512.png', sizes: '512x512', type: 'image/png' },
          { src: 'icons/maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
        ],
      },
    }),
  ],
  worker: { format: 'es' },
  build: { target: 'es2022', assetsInlineLimit: 2048, modulePreload: { polyfill: false } },
  server: { proxy: { '/v1': server } },
  test: { include: ['src/**/*.test.ts'] },
});
