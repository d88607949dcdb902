/**
 * BTF, the kernel's type format: types, names, layouts, values and CO-RE. Pure: bytes in, data out.
 *
 * @module
 */
export { Btf, type BtfOptions } from './btf.ts'
export { BtfError, type BtfErrorPlace } from './error.ts'
export { BtfExt, type BtfCoreRelo, type BtfExtSection, type BtfFuncInfo, type BtfLineInfo } from './ext.ts'
export type { BtfField } from './layout.ts'
export { essentialName } from './names.ts'
export type { KindLayout } from './scan.ts'
export type * from './types.ts'
export {
  BtfValueRangeError,
  BtfValueTypeError,
  valueCodec,
  type ValueCodec,
  type ValueCodecOptions,
} from './values/codec.ts'
export type { ShapeOptions } from './values/prepare.ts'
export type { BtfValue, NumericArray } from './values/shape.ts'
export { formatC, formatDeclaration, formatDefinition, type FormatCOptions } from './c/format.ts'
export { references } from './references.ts'
export { isCompatible } from './core/compatible.ts'
export type { CoreKind } from './core/kinds.ts'
export { CORE_POISON, CoreError, patchCore, type CoreInstruction } from './core/patch.ts'
export { CoreResolver, resolveCore, type CoreCandidate, type CoreResult, type CoreTargets } from './core/resolve.ts'
export { BtfBuilder, type BtfBuildOptions } from './builder.ts'
export { relocateBtf } from './relocate.ts'
export { sanitize, type BtfFeatures } from './sanitize.ts'
