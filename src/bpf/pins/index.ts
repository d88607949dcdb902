/**
 * Pins: what a bpffs has, whose it is, and how it goes from one version to the next.
 *
 * @module
 */
export { type MapDifference, mapDifferences, type MapShape } from './difference.ts'
export { claimDirectory, pinOwner, PinOwnerError, removeStalePins, stalePins } from './directory.ts'
export {
  type ConvertElement,
  MigrationError,
  type MigrationReport,
  type MigrationStep,
  migratePinnedMap,
  type MigrateOptions,
  type RawElement,
} from './migrate.ts'
export { loadPinned, type Pin, walkPins } from './walk.ts'
