/**
 * What the running kernel can do of `bpf(2)`, and what explains what it cannot.
 *
 * @module
 */
export { restrictions, type Restrictions } from './explain.ts'
export { type FeatureReport, Features } from './features.ts'
export { type Feature } from './outcome.ts'
