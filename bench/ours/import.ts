/** `import SUBPATH`: imports one entry of the package, or nothing, and says how long that took. */
const [subpath = ''] = process.argv.slice(2)
const start = process.hrtime.bigint()
if (subpath !== 'nothing') await import(`../../src/${subpath === '.' ? '' : `${subpath}/`}index.js`)
process.stdout.write(`${JSON.stringify({ metric: 'import', value: Number(process.hrtime.bigint() - start) })}\n`)
export {}
