/** What one field of a message holds: a number, or the bytes of a text or of a message inside. */
export type FieldValue = bigint | Uint8Array;

/** The fields of a message by number, each with all its values in order (Protocol Buffers, "Encoding"). Throws on what is no message. */
export function readMessage(bytes: Uint8Array): ReadonlyMap<number, readonly FieldValue[]> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields = new Map<number, FieldValue[]>();
  let at = 0;

  function varint(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = view.getUint8(at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  function value(wire_type: number): FieldValue {
    switch (wire_type) {
      case 0:
        return varint();
      case 1:
        at += 8;
        return view.getBigUint64(at - 8, true);
      case 2: {
        const length = Number(varint());
        at += length;
        if (at > bytes.length) throw new Error("The message ends in the middle of a field");
        return bytes.subarray(at - length, at);
      }
      case 5:
        at += 4;
        return BigInt(view.getUint32(at - 4, true));
      default:
        throw new Error(`There is no wire type ${wire_type}`);
    }
  }

  while (at < bytes.length) {
    const tag = Number(varint());
    const known = fields.get(tag >> 3) ?? [];
    known.push(value(tag & 7));
    fields.set(tag >> 3, known);
  }
  return fields;
}
