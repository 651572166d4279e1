import { createWriteStream } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { crc32, createGzip } from 'node:zlib';
import { type Header, pack } from 'tar-stream';

export interface Member {
  readonly name: string;
  readonly text?: string;
  /** Of a tar's entry; of a zip's, whether it is a link. */
  readonly type?: Header['type'];
}

export const FIXTURES = join(import.meta.dirname, 'fixtures');

/** The files of a fixture, below a directory of its name, as in a release's archive. */
export async function membersOf(release: string): Promise<readonly Member[]> {
  const root = join(FIXTURES, release);
  const members: Member[] = [{ name: `${release}/`, type: 'directory' }];
  for (const path of (await readdir(root, { recursive: true })).sort()) {
    const file = join(root, path);
    if ((await stat(file)).isDirectory()) continue;
    members.push({
      name: `${release}/${relative(root, file).split(sep).join('/')}`,
      text: await readFile(file, 'utf8'),
    });
  }
  return members;
}

export async function writeTar(file: string, members: readonly Member[]): Promise<string> {
  const tar = pack();
  for (const { name, text = '', type = 'file' } of members) {
    const isLink = type === 'symlink' || type === 'link';
    tar.entry({ name, type, ...(isLink ? { linkname: text } : {}) }, type === 'file' ? text : '');
  }
  tar.finalize();
  await pipeline(tar, createGzip(), createWriteStream(file));
  return file;
}

const LINK = 0o120777;
const FILE = 0o100644;
const UNIX = 3 << 8;

/** A zip whose files are stored as they are. */
export async function writeZip(file: string, members: readonly Member[]): Promise<string> {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  for (const { name, text = '', type = 'file' } of members) {
    const [path, data] = [Buffer.from(name), Buffer.from(text)];
    const about = Buffer.alloc(26);
    about.writeUInt16LE(20, 0);
    about.writeUInt32LE(crc32(data), 10);
    about.writeUInt32LE(data.length, 14);
    about.writeUInt32LE(data.length, 18);
    about.writeUInt16LE(path.length, 22);
    const central = Buffer.alloc(46);
    central.write('PK\u0001\u0002', 'latin1');
    central.writeUInt16LE(UNIX | 20, 4);
    about.copy(central, 6);
    central.writeUInt32LE(((type === 'symlink' ? LINK : FILE) << 16) >>> 0, 38);
    central.writeUInt32LE(Buffer.concat(locals).length, 42);
    locals.push(Buffer.from('PK\u0003\u0004', 'latin1'), about, path, data);
    centrals.push(central, path);
  }
  const [body, directory] = [Buffer.concat(locals), Buffer.concat(centrals)];
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 'latin1');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(body.length, 16);
  await writeFile(file, Buffer.concat([body, directory, end]));
  return file;
}
