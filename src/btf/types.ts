/** What every type but `void` has. */
interface Base<K extends string> {
  /** The kind: the kernel's `BTF_KIND_…`, camel-cased. */
  readonly kind: K
  /** The type id in the {@link Btf} that it was read from. */
  readonly id: number
}

interface Named {
  /** The name; empty when the type is anonymous. */
  readonly name: string
}

/** Type id 0: the absence of a type. */
export interface BtfVoid extends Base<'void'> {}

/** An integer (`BTF_KIND_INT`). */
export interface BtfInt extends Base<'int'>, Named {
  /** Size in bytes. */
  readonly size: number
  readonly signed: boolean
  /** Marked as a character. clang marks `char` only as signed, so test {@link size} rather than this. */
  readonly char: boolean
  readonly bool: boolean
  /** Width in bits: less than `8 * size` only for bitfields of old compilers. */
  readonly bits: number
  /** Position of the lowest bit: zero but for bitfields of old compilers. */
  readonly bitOffset: number
}

/** A pointer (`BTF_KIND_PTR`). */
export interface BtfPtr extends Base<'ptr'> {
  /** What it points to; 0 is `void`. */
  readonly type: number
}

/** An array (`BTF_KIND_ARRAY`). */
export interface BtfArray extends Base<'array'> {
  /** The type of an element. */
  readonly type: number
  /** The type of the index: carries no information. */
  readonly indexType: number
  /** The number of elements; 0 for a flexible array. */
  readonly length: number
}

/** A member of a struct or union. */
export interface BtfMember extends Named {
  readonly type: number
  /** Distance from the start of the struct in bits. */
  readonly bitOffset: number
  /** Width in bits of a bitfield, 0 for a plain member. */
  readonly bitfieldSize: number
}

interface Composite extends Named {
  /** Size in bytes. */
  readonly size: number
  readonly members: readonly BtfMember[]
  /** Whether the members' offsets are written with a bitfield width (`kind_flag`). */
  readonly bitfields: boolean
}

/** A struct (`BTF_KIND_STRUCT`). */
export interface BtfStruct extends Base<'struct'>, Composite {}

/** A union (`BTF_KIND_UNION`). */
export interface BtfUnion extends Base<'union'>, Composite {}

/** An enumerator of an {@link BtfEnum} or {@link BtfEnum64}. */
export interface BtfEnumValue<V extends number | bigint> {
  readonly name: string
  readonly value: V
}

interface Enumeration<V extends number | bigint> extends Named {
  /** Size in bytes: 1, 2, 4 or 8. */
  readonly size: number
  readonly signed: boolean
  readonly values: readonly BtfEnumValue<V>[]
}

/** An enum whose values fit into 32 bits (`BTF_KIND_ENUM`). */
export interface BtfEnum extends Base<'enum'>, Enumeration<number> {}

/** An enum with values of 64 bits (`BTF_KIND_ENUM64`). Requires Linux 6.0. */
export interface BtfEnum64 extends Base<'enum64'>, Enumeration<bigint> {}

/** A struct, union or enum that is declared, not defined (`BTF_KIND_FWD`). */
export interface BtfFwd extends Base<'fwd'>, Named {
  /** What it declares. A forward enum is told from a struct only by its use. */
  readonly target: 'struct' | 'union'
}

interface Reference<K extends string> extends Base<K> {
  /** The type that is named or qualified; 0 is `void`. */
  readonly type: number
}

/** A typedef (`BTF_KIND_TYPEDEF`). */
export interface BtfTypedef extends Reference<'typedef'>, Named {}
/** A `volatile` type (`BTF_KIND_VOLATILE`). */
export interface BtfVolatile extends Reference<'volatile'> {}
/** A `const` type (`BTF_KIND_CONST`). */
export interface BtfConst extends Reference<'const'> {}
/** A `restrict` pointer (`BTF_KIND_RESTRICT`). */
export interface BtfRestrict extends Reference<'restrict'> {}

/** Who can see a function or variable (`BTF_FUNC_…`, `BTF_VAR_…`). */
export type BtfLinkage = 'static' | 'global' | 'extern'

/** A function (`BTF_KIND_FUNC`). */
export interface BtfFunc extends Reference<'func'>, Named {
  readonly linkage: BtfLinkage
}

/** A parameter of a {@link BtfFuncProto}. */
export interface BtfParam extends Named {
  /** The type; 0 in the last parameter stands for `...`. */
  readonly type: number
}

/** A function's signature (`BTF_KIND_FUNC_PROTO`). */
export interface BtfFuncProto extends Base<'funcProto'> {
  /** The type of the result; 0 is `void`. */
  readonly returns: number
  readonly params: readonly BtfParam[]
}

/** A global variable (`BTF_KIND_VAR`). */
export interface BtfVar extends Reference<'var'>, Named {
  readonly linkage: BtfLinkage
}

/** A variable's place in a {@link BtfDatasec}. */
export interface BtfSecinfo {
  /** The {@link BtfVar}, or {@link BtfFunc} for an extern function. */
  readonly type: number
  /** Distance from the start of the section in bytes: zero until a loader fills it in. */
  readonly offset: number
  /** Size in bytes. */
  readonly size: number
}

/** A section of variables (`BTF_KIND_DATASEC`). */
export interface BtfDatasec extends Base<'datasec'>, Named {
  /** Size of the section in bytes: zero until a loader fills it in. */
  readonly size: number
  readonly vars: readonly BtfSecinfo[]
}

/** A floating-point number (`BTF_KIND_FLOAT`). */
export interface BtfFloat extends Base<'float'>, Named {
  /** Size in bytes: 2, 4, 8, 12 or 16. */
  readonly size: number
}

/** A tag on a declaration (`BTF_KIND_DECL_TAG`), `__attribute__((btf_decl_tag("…")))`. Requires Linux 5.16. */
export interface BtfDeclTag extends Reference<'declTag'>, Named {
  /** The member or parameter that is tagged; -1 for the declaration itself. */
  readonly component: number
  /** Whether the name is a whole attribute rather than the text of a tag (`kind_flag`). */
  readonly attribute: boolean
}

/** A tag on a type (`BTF_KIND_TYPE_TAG`), `__attribute__((btf_type_tag("…")))`. Requires Linux 5.17. */
export interface BtfTypeTag extends Reference<'typeTag'>, Named {
  /** Whether the name is a whole attribute rather than the text of a tag (`kind_flag`). */
  readonly attribute: boolean
}

/** A type of a kind that this library does not know, kept as it is. Readable only where the BTF describes its layout. */
export interface BtfUnknown extends Base<'unknown'>, Named {
  /** The kind's number. */
  readonly kindNumber: number
  readonly kindFlag: boolean
  /** The number of elements after the fixed part. */
  readonly vlen: number
  /** The word that is either a size or a type id. */
  readonly sizeOrType: number
  /** What follows, in the byte order of its source. */
  readonly data: Uint8Array
}

/** A type, told apart by its `kind`. */
export type BtfType =
  | BtfVoid
  | BtfInt
  | BtfPtr
  | BtfArray
  | BtfStruct
  | BtfUnion
  | BtfEnum
  | BtfFwd
  | BtfTypedef
  | BtfVolatile
  | BtfConst
  | BtfRestrict
  | BtfFunc
  | BtfFuncProto
  | BtfVar
  | BtfDatasec
  | BtfFloat
  | BtfDeclTag
  | BtfTypeTag
  | BtfEnum64
  | BtfUnknown

/** The name of a kind. */
export type BtfKind = BtfType['kind']

/** The type of one kind, or of any of several. */
export type BtfTypeOf<K extends BtfKind> = Extract<BtfType, { kind: K }>

type WithoutId<T> = T extends BtfType ? Omit<T, 'id'> : never

/** A type that has no id yet: what a {@link BtfBuilder} adds. */
export type BtfTypeSpec<K extends BtfKind = BtfKind> = WithoutId<BtfTypeOf<K>>
