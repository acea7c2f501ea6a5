/** A panel's id from its title, so that links to it outlive others that come and go. */
export function panelId(title: string): number {
  // Grafana counts in 32 bits with a sign.
  return Bun.hash.crc32(title) & 0x7fff_ffff;
}
