// https://learn.microsoft.com/en-us/windows/win32/debug/pe-format
const PE_OFFSET = 0x3c;
const OPTIONAL_HEADER = 24;
const PE32_PLUS = 0x20b;
const CERTIFICATES = 112 + 4 * 8;

/** Where a Windows executable says where its signature is; undefined when it is none of 64 bits. */
function certificateEntry(file: Buffer): number | undefined {
  if (file.toString('latin1', 0, 2) !== 'MZ') return undefined;
  const header = file.readUInt32LE(PE_OFFSET);
  if (file.toString('latin1', header, header + 4) !== 'PE\0\0') return undefined;
  const optional = header + OPTIONAL_HEADER;
  return file.readUInt16LE(optional) === PE32_PLUS ? optional + CERTIFICATES : undefined;
}

export function isWindowsExecutable(file: Buffer): boolean {
  return certificateEntry(file) !== undefined;
}

/** Whether it says that it is signed, whatever the signature is worth. */
export function isSigned(file: Buffer): boolean {
  const entry = certificateEntry(file);
  return entry !== undefined && file.readUInt32LE(entry + 4) > 0;
}

/** An executable that is going to be changed has no signature any more, instead of one that is wrong; others are handed back as they are. */
export function withoutSignature(file: Buffer): Buffer {
  const entry = certificateEntry(file);
  if (entry === undefined || !isSigned(file)) return file;
  const start = file.readUInt32LE(entry);
  const isLast = start + file.readUInt32LE(entry + 4) === file.length;
  const bare = Buffer.from(isLast ? file.subarray(0, start) : file);
  bare.fill(0, entry, entry + 8);
  return bare;
}
