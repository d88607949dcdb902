const decoder = new TextDecoder()

/** Decodes the NUL-terminated string at `at`. The bytes must have a NUL after it. */
export function stringAt(bytes: Uint8Array, at: number): string {
  const end = bytes.indexOf(0, at)
  // Identifiers are short and ASCII: one character code after another beats the decoder's set-up by far.
  if (end - at < 40) {
    let text = ''
    for (let i = at; i < end; i++) {
      const code = bytes[i] ?? 0
      if (code >= 0x80) return decoder.decode(bytes.subarray(at, end))
      text += String.fromCharCode(code)
    }
    return text
  }
  return decoder.decode(bytes.subarray(at, end))
}
