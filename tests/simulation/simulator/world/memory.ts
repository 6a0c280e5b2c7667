/**
 * Takes PGlite's whole memory and files at rest, and puts them back: every run begins with the very same database,
 * down to plans, sequences and statistics, and in a fraction of the time that emptying tables takes.
 */

import { randomFills } from "../engine/machine.ts";

/** What of PGlite's insides is needed; they have no public name. */
interface Insides {
  wasmMemory: WebAssembly.Memory;
  FS: {
    root: FileNode;
    streams: (Stream | null | undefined)[];
    nameTable: (FileNode | null | undefined)[];
    nextInode: number;
    open(path: string, flags: string): Stream;
    read(stream: Stream, buffer: Uint8Array, offset: number, length: number): number;
    close(stream: Stream): void;
  };
}

interface FileNode {
  contents?: Uint8Array | Record<string, FileNode> | null;
  usedBytes?: number;
  name_next?: FileNode;
  [key: string]: unknown;
}

interface Stream {
  shared?: Record<string, unknown>;
  [key: string]: unknown;
}

/** PGlite keeps a supply of random bytes; what an earlier run left of it is used up, so that this run's follow. */
function renewRandomness(FS: Insides["FS"]): void {
  const source = FS.open("/dev/urandom", "r");
  const byte = new Uint8Array(1);
  const before = randomFills();
  while (randomFills() === before) FS.read(source, byte, 0, 1);
  FS.close(source);
}

/** A file that was never written to holds an object too. */
const isFolder = (node: FileNode) => (Number(node.mode) & 0o170000) === 0o040000;

/** Puts the database back to the moment at which it was taken. */
export type Restore = () => void;

/**
 * @param driver A PGlite that does nothing at the moment.
 * @returns what puts it back.
 */
export function takeMemory(driver: unknown): Restore {
  const { wasmMemory, FS } = (driver as { mod: Insides }).mod;
  const memory = new Uint8Array(wasmMemory.buffer).slice();
  const nodes: [FileNode, FileNode, Uint8Array | Record<string, FileNode> | null][] = [];
  const seen = new Set<FileNode>();
  const visit = (node: FileNode) => {
    if (seen.has(node)) return;
    seen.add(node);
    const { contents } = node;
    if (contents instanceof Uint8Array) nodes.push([node, { ...node }, contents.slice()]);
    else if (isFolder(node) && contents) {
      nodes.push([node, { ...node }, { ...contents }]);
      for (const child of Object.values(contents)) visit(child);
    } else nodes.push([node, { ...node }, null]);
  };
  visit(FS.root);
  const streams = FS.streams.map((stream) =>
    stream ? { stream, fields: { ...stream }, shared: { ...stream.shared } } : null
  );
  const nameTable = [...FS.nameTable];
  const nextInode = FS.nextInode;

  return () => {
    renewRandomness(FS);
    const now = new Uint8Array(wasmMemory.buffer);
    now.set(memory);
    if (now.length > memory.length) now.fill(0, memory.length);
    for (const [node, fields, contents] of nodes) {
      const present = node.contents;
      Object.assign(node, fields);
      if (contents instanceof Uint8Array) {
        if (present instanceof Uint8Array && present.length === contents.length) {
          present.set(contents);
          node.contents = present;
        } else node.contents = contents.slice();
      } else if (contents) {
        // In place: others hold on to it.
        const directory = present as Record<string, FileNode>;
        for (const name of Object.keys(directory)) if (!(name in contents)) delete directory[name];
        Object.assign(directory, contents);
        node.contents = directory;
      }
    }
    FS.streams.length = streams.length;
    streams.forEach((saved, index) => {
      if (saved === null) FS.streams[index] = null;
      else {
        Object.assign(saved.stream, saved.fields);
        if (saved.stream.shared) Object.assign(saved.stream.shared, saved.shared);
        FS.streams[index] = saved.stream;
      }
    });
    FS.nameTable.length = nameTable.length;
    nameTable.forEach((node, index) => FS.nameTable[index] = node);
    FS.nextInode = nextInode;
  };
}
