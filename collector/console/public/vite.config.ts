import { defineConfig } from 'vite';

// Chrome 83 is the browser the standard asks of every candidate machine, so it is the oldest that must show the room.
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  publicDir: false,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'chrome83',
    cssTarget: 'chrome83',
    outDir: '../../../dist/console',
    emptyOutDir: true,
    // `default-src 'self'` refuses data: addresses. One style sheet for all pages; the scripts of seldom pages are fetched
    // when they are opened: nothing to preload.
    cssCodeSplit: false,
    assetsInlineLimit: 0,
    modulePreload: false,
  },
});
