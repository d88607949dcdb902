/** Pure: an initramfs, which is a cpio archive in the `newc` format (Documentation/driver-api/early-userspace/buffer-format.rst). */

/** A file, folder or symbolic link of an archive. */
export type Entry =
  | { readonly path: string; readonly mode: number; readonly data: Uint8Array }
  | { readonly path: string; readonly mode: number }
  | { readonly path: string; readonly link: string }

const S_IFDIR = 0o040000
const S_IFREG = 0o100000
const S_IFLNK = 0o120000

const text = new TextEncoder()
const hex = (value: number): string => value.toString(16).padStart(8, '0')
const padding = (length: number): Uint8Array => new Uint8Array((4 - (length % 4)) % 4)

/** The archive's bytes, all owned by root; ends on a multiple of four, so that another can follow it. */
export function cpio(entries: Iterable<Entry>): Uint8Array {
  const chunks: Uint8Array[] = []
  let inode = 1
  const put = (path: string, mode: number, data: Uint8Array): void => {
    const name = text.encode(`${path}\0`)
    const fields = [inode++, mode, 0, 0, 1, 0, data.length, 0, 0, 0, 0, name.length, 0]
    const head = text.encode(`070701${fields.map(hex).join('')}`)
    chunks.push(head, name, padding(head.length + name.length), data, padding(data.length))
  }
  const none = new Uint8Array(0)
  for (const entry of entries) {
    if ('link' in entry) put(entry.path, S_IFLNK | 0o777, text.encode(entry.link))
    else if ('data' in entry) put(entry.path, S_IFREG | entry.mode, entry.data)
    else put(entry.path, S_IFDIR | entry.mode, none)
  }
  put('TRAILER!!!', 0, none)
  return Buffer.concat(chunks)
}
