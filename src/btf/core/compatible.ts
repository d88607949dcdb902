import type { Btf } from '../btf.ts'
import { BtfError } from '../error.ts'
import { essentialName } from '../names.ts'
import type { BtfEnum, BtfEnum64, BtfInt, BtfType } from '../types.ts'
import { CoreFailure, fail } from './failure.ts'

/** How deep types are compared. */
const MAX_DEPTH = 32

/** Whether a type is an enum of either width. */
export function isEnum(type: BtfType): type is BtfEnum | BtfEnum64 {
  return type.kind === 'enum' || type.kind === 'enum64'
}

/** Whether two kinds may stand for each other: the same, or an enum of either width. */
export function kindsAgree(local: BtfType, target: BtfType): boolean {
  return local.kind === target.kind || (isEnum(local) && isEnum(target))
}

/** Integers of any size and sign do; the bitfields of old compilers, which are integers too, don't. */
function integersAgree(local: BtfInt, target: BtfType): boolean {
  return target.kind === 'int' && local.bitOffset === 0 && target.bitOffset === 0
}

/**
 * Whether a target's member can be what the program's member of the same name is: any struct for any struct, any pointer for
 * any pointer, any integer for any integer; arrays by their elements; enums and forward declarations by name.
 */
export function fieldsAgree(localBtf: Btf, localId: number, targetBtf: Btf, targetId: number): boolean {
  let local = localBtf.resolve(localId)
  let target = targetBtf.resolve(targetId)
  for (let depth = 0; depth <= MAX_DEPTH; depth++) {
    const composites = (type: BtfType): boolean => type.kind === 'struct' || type.kind === 'union'
    if (composites(local) && composites(target)) return true
    if (!kindsAgree(local, target)) return false
    switch (local.kind) {
      case 'ptr':
      case 'float':
        return true
      case 'int':
        return integersAgree(local, target)
      case 'fwd':
      case 'enum':
      case 'enum64': {
        const [ours, theirs] = [local.name, 'name' in target ? target.name : ''].map(essentialName)
        return ours === '' || theirs === '' || ours === theirs
      }
      case 'array':
        if (target.kind !== 'array') return false
        local = localBtf.resolve(local.type)
        target = targetBtf.resolve(target.type)
        break
      default:
        return false
    }
  }
  return fail(`more than ${MAX_DEPTH} arrays within each other`)
}

/** Comparisons of two signatures: more can only come of signatures that hold or multiply each other. */
const MAX_WORK = 1 << 12

/**
 * Whether a target's type exists for the program: the same kind all the way through pointers, arrays and signatures; structs
 * and enums are not looked into. The names of the outermost types have been compared.
 */
export function typesAgree(localBtf: Btf, localId: number, targetBtf: Btf, targetId: number): boolean {
  let work = 0
  return kindsAgree(localBtf.type(localId), targetBtf.type(targetId)) && agree(localId, targetId, MAX_DEPTH)

  function agree(localId: number, targetId: number, level: number): boolean {
    if (level < 0 || ++work > MAX_WORK) return fail('the signatures hold or multiply each other')
    let local = localBtf.resolve(localId)
    let target = targetBtf.resolve(targetId)
    for (let depth = 0; depth < MAX_DEPTH; depth++) {
      if (!kindsAgree(local, target)) return false
      switch (local.kind) {
        case 'void':
        case 'struct':
        case 'union':
        case 'enum':
        case 'enum64':
        case 'fwd':
          return true
        case 'int':
          return integersAgree(local, target)
        case 'ptr':
        case 'array':
          if (target.kind !== local.kind) return false
          local = localBtf.resolve(local.type)
          target = targetBtf.resolve(target.type)
          break
        case 'funcProto':
          if (target.kind !== 'funcProto' || local.params.length !== target.params.length) return false
          for (const [i, param] of local.params.entries())
            if (!agree(param.type, target.params[i]?.type ?? 0, level - 1)) return false
          local = localBtf.resolve(local.returns)
          target = targetBtf.resolve(target.returns)
          break
        default:
          return false
      }
    }
    return fail(`more than ${MAX_DEPTH} pointers and arrays on top of each other`)
  }
}

/**
 * Whether a type of one BTF exists in another as CO-RE asks it (`bpf_core_type_exists`): the same kind all the way through pointers, arrays
 * and signatures; structs and enums are not looked into, and names not compared. False too where it cannot be told.
 */
export function isCompatible(localBtf: Btf, localId: number, targetBtf: Btf, targetId: number): boolean {
  try {
    return typesAgree(localBtf, localId, targetBtf, targetId)
  } catch (error) {
    if (error instanceof CoreFailure || error instanceof BtfError) return false
    throw error
  }
}
