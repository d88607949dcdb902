/** Pure: what is inside an x86 kernel image (Documentation/arch/x86/boot.rst). */

/** Offsets in the setup header. */
const setupSectors = 0x1f1
const magic = 0x202
const versionOffset = 0x20e
const payloadOffset = 0x248
const payloadLength = 0x24c

/** How the kernel proper is compressed, told by its first bytes. */
const compressions: readonly { readonly name: string; readonly magic: readonly number[] }[] = [
  { name: 'zstd', magic: [0x28, 0xb5, 0x2f, 0xfd] },
  { name: 'xz', magic: [0xfd, 0x37, 0x7a, 0x58] },
  { name: 'gzip', magic: [0x1f, 0x8b] },
  { name: 'lz4', magic: [0x02, 0x21, 0x4c, 0x18] },
]

/** The compressed kernel in an image. */
export interface Payload {
  readonly compression: string
  readonly bytes: Uint8Array
}

function header(image: Uint8Array): DataView {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength)
  if (image.length < 0x400 || view.getUint32(magic, true) !== 0x53726448) throw new TypeError('not a bzImage: no HdrS')
  return view
}

/** The release of a kernel image, as `uname -r` will print it. */
export function imageRelease(image: Uint8Array): string {
  const start = header(image).getUint16(versionOffset, true) + 0x200
  const text = new TextDecoder('latin1').decode(image.subarray(start, start + 256))
  return text.split(/[\0 ]/, 1)[0] ?? ''
}

/** The compressed ELF in a kernel image. */
export function imagePayload(image: Uint8Array): Payload {
  const view = header(image)
  const setup = ((view.getUint8(setupSectors) || 4) + 1) * 512
  const start = setup + view.getUint32(payloadOffset, true)
  const length = view.getUint32(payloadLength, true) - 4 // its last four bytes tell the unpacked size
  if (start + length > image.length)
    throw new RangeError(`payload ends at ${start + length}, the image at ${image.length}`)
  const bytes = image.subarray(start, start + length)
  const found = compressions.find((candidate) => candidate.magic.every((byte, i) => bytes[i] === byte))
  return { compression: found?.name ?? 'unknown', bytes }
}
