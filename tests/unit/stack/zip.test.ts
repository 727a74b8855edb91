import { deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { zipMember } from '../../../stack/zip.ts';

interface Member {
  readonly name: string;
  readonly content: string;
  readonly stored?: boolean;
}

/** A zip archive as the format's appnote lays it out, with an extra field in the local headers only. */
function zipOf(members: readonly Member[]): Buffer {
  const local: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, stored } of members) {
    const packed = stored ? Buffer.from(content) : deflateRawSync(content);
    const header = Buffer.alloc(30);
    header.writeUInt32LE(0x04034b50, 0);
    header.writeUInt16LE(name.length, 26);
    header.writeUInt16LE(4, 28);
    const record = Buffer.concat([header, Buffer.from(name), Buffer.alloc(4), packed]);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(stored ? 0 : 8, 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(Buffer.byteLength(content), 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    directory.push(entry, Buffer.from(name));
    local.push(record);
    offset += record.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...local, ...directory, end]);
}

const archive = zipOf([
  { name: 'METADATA', content: 'first' },
  { name: 'data/scripts/temporal', content: 'the program '.repeat(500) },
  { name: 'RECORD', content: 'as it is', stored: true },
]);

test('a member is read, packed or stored', () => {
  expect(zipMember(archive, 'data/scripts/temporal').toString()).toBe('the program '.repeat(500));
  expect(zipMember(archive, 'RECORD').toString()).toBe('as it is');
});

test('a missing member, and a file that is no archive, are told', () => {
  expect(() => zipMember(archive, 'temporal')).toThrow('the zip archive has no temporal');
  expect(() => zipMember(Buffer.from('<html>'), 'temporal')).toThrow('this is no zip archive');
});
