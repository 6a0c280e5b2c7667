/** Bytes of a content when compressed by gzip, as servers send it. */
export async function gzipSize(content: Uint8Array<ArrayBuffer>): Promise<number> {
  const compressed = new Blob([content]).stream().pipeThrough(new CompressionStream("gzip"));
  return (await new Response(compressed).arrayBuffer()).byteLength;
}
