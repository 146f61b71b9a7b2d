import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const node = `http://127.0.0.1:${process.env.WORLDKEEP_PORT ?? '4510'}`

/** Built, the client is served by the node itself. In development Vite serves it and passes the node's routes on. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react()],
  build: {
    outDir: 'dist/web',
    emptyOutDir: true,
    target: 'es2022',
    // PixiJS alone is larger than the default warning.
    chunkSizeWarningLimit: 2_000,
  },
  server: {
    proxy: {
      '/api': node,
      '/healthz': node,
      '/readyz': node,
      '/metrics': node,
      '/ws': { target: node, ws: true },
    },
  },
})
