import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { UPLOAD_FILE_COLUMNS } from '../domain/upload-file.ts';

/** One line of an outgoing file. */
export interface UploadFileLine {
  readonly productId: string;
  readonly sku: string;
  readonly inventoryItemId: string;
  readonly locationId: string;
  /** Whole units, never negative. */
  readonly onlineAtp: number;
}

/** Characters of text in memory before they are written. */
const BLOCK_LENGTH = 64 * 1024;

/**
 * Writes an outgoing file: header, RFC 4180 quotes, LF, UTF-8. The same rows give the same bytes, so a retry may
 * write the file anew. A machine reads it, so no cell is changed to protect a spreadsheet.
 */
export async function renderUploadFile(
  rows: AsyncIterable<UploadFileLine>,
  localPath: string,
): Promise<{ readonly sha256: string; readonly sizeBytes: number }> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  await pipeline(
    Readable.from(blocksOf(rows)),
    async function* (blocks: AsyncIterable<Buffer>) {
      for await (const block of blocks) {
        hash.update(block);
        sizeBytes += block.length;
        yield block;
      }
    },
    createWriteStream(localPath),
  );
  return { sha256: hash.digest('hex'), sizeBytes };
}

async function* blocksOf(rows: AsyncIterable<UploadFileLine>): AsyncGenerator<Buffer> {
  let block = `${UPLOAD_FILE_COLUMNS.join(',')}\n`;
  for await (const { productId, sku, inventoryItemId, locationId, onlineAtp } of rows) {
    block += `${quoteCell(productId)},${quoteCell(sku)},${quoteCell(inventoryItemId)},${quoteCell(locationId)},${onlineAtp}\n`;
    if (block.length < BLOCK_LENGTH) continue;
    yield Buffer.from(block);
    block = '';
  }
  yield Buffer.from(block);
}

function quoteCell(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
