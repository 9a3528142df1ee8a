// Builds static/built/ from static/styles and static/scripts: small files with a hash in the name, a
// compressed copy of each beside it, and manifest.json, which tells the site what the names have become.
// Run by `npm run build` from the top of the checkout.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { extname, basename, join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { buildSync } from 'esbuild'
import { compile } from 'sass'

const built = 'static/built'

function styles () {
  const { css } = compile('static/styles/site.scss', {
    style: 'compressed',
    loadPaths: ['node_modules'],
    quietDeps: true
  })
  return Buffer.from(css)
}

function scripts () {
  const { outputFiles } = buildSync({
    entryPoints: ['static/scripts/site.js'],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2020',
    legalComments: 'none',
    write: false
  })
  return Buffer.from(outputFiles[0].contents)
}

function hashed (name, content) {
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 12)
  return `${basename(name, extname(name))}.${hash}${extname(name)}`
}

const files = {
  'site.css': styles(),
  'site.js': scripts(),
  'favicon.svg': readFileSync('static/favicon.svg')
}

mkdirSync(built, { recursive: true })
const manifest = {}
for (const [name, content] of Object.entries(files)) {
  manifest[name] = hashed(name, content)
  const path = join(built, manifest[name])
  writeFileSync(path, content)
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }))
  writeFileSync(`${path}.br`, brotliCompressSync(content))
  console.log(`${manifest[name]}  ${content.length} bytes, ${brotliCompressSync(content).length} compressed`)
}
// A site that is running meets the old files and names until the new ones are whole.
writeFileSync(join(built, 'manifest.new'), `${JSON.stringify(manifest, null, 2)}\n`)
renameSync(join(built, 'manifest.new'), join(built, 'manifest.json'))
const kept = Object.values(manifest)
for (const name of readdirSync(built)) {
  if (name !== 'manifest.json' && !kept.some(file => name.startsWith(file))) rmSync(join(built, name))
}
