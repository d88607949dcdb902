/**
 * Generations of programs.
 *
 * @module
 */
export {
  type Generation,
  type GenerationOptions,
  Generations,
  type GenerationsOptions,
  type GenerationStep,
} from './generations.ts'
export { type HookSet, hookSet, type HookSetOptions } from './set.ts'
