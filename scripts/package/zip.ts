import { promisify } from 'node:util';
import { crc32, deflateRaw } from 'node:zlib';
import { type ArchiveEntry, inOrder, modeOf } from './archive-entry.ts';

// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3 and 4.4
const VERSION = 20;
const MADE_ON_UNIX = (3 << 8) | VERSION;
const UTF8_NAMES = 0x800;
const DEFLATED = 8;
const MIDNIGHT = 0;
const FIRST_OF_JANUARY_1980 = 0x21;
const REGULAR_FILE = 0o100000;

/** A zip with Unix modes, the same for the same entries in whatever order: all are of one time. */
export async function zip(entries: readonly ArchiveEntry[]): Promise<Buffer> {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of inOrder(entries)) {
    const name = Buffer.from(entry.path);
    const data = await promisify(deflateRaw)(entry.data);
    const shared = sharedHeader(entry, data.length, name.length);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), shared, name, data]);
    directory.push(centralHeader(entry, shared, offset), name);
    files.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  return Buffer.concat([...files, central, endRecord(entries.length, central.length, offset)]);
}

/** What the header before a file and the one in the directory have in common. */
function sharedHeader({ data }: ArchiveEntry, packedLength: number, nameLength: number): Buffer {
  const header = Buffer.alloc(26);
  header.writeUInt16LE(VERSION, 0);
  header.writeUInt16LE(UTF8_NAMES, 2);
  header.writeUInt16LE(DEFLATED, 4);
  header.writeUInt16LE(MIDNIGHT, 6);
  header.writeUInt16LE(FIRST_OF_JANUARY_1980, 8);
  header.writeUInt32LE(crc32(data), 10);
  header.writeUInt32LE(packedLength, 14);
  header.writeUInt32LE(data.length, 18);
  header.writeUInt16LE(nameLength, 22);
  return header;
}

function centralHeader(entry: ArchiveEntry, shared: Buffer, offset: number): Buffer {
  const before = Buffer.alloc(6);
  before.write('PK\x01\x02', 'latin1');
  before.writeUInt16LE(MADE_ON_UNIX, 4);
  const after = Buffer.alloc(14);
  after.writeUInt32LE(((REGULAR_FILE | modeOf(entry)) << 16) >>> 0, 6);
  after.writeUInt32LE(offset, 10);
  return Buffer.concat([before, shared, after]);
}

function endRecord(count: number, length: number, offset: number): Buffer {
  const record = Buffer.alloc(22);
  record.write('PK\x05\x06', 'latin1');
  record.writeUInt16LE(count, 8);
  record.writeUInt16LE(count, 10);
  record.writeUInt32LE(length, 12);
  record.writeUInt32LE(offset, 16);
  return record;
}
