/** Whether this machine stores the low byte first: netlink and C structs are in the order of the host. */
export const littleEndian: boolean = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1

/** A buffer to decode from: made once per receive buffer, read by offsets, never copied per message. */
export class Source {
  readonly bytes: Uint8Array
  readonly view: DataView
  /** Address family (`AF_*`) of the message being read: what the bytes of an address mean can depend on it. */
  family = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }
}
