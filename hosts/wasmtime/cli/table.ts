import { Buffer, newBuffer } from "./buffer";
import { OUT } from "./console";
import { List, newList } from "./list";
import { take } from "./heap";
import { Text } from "./text";

/** Cells in columns; the first row is the titles. */
@unmanaged
export class Table {
  columns: u32;
  /** One bit a column: its cells stand on the right. */
  right: u32;
  cells: List;

  /** Adds the next cell. */
  cell(content: Buffer): Table {
    this.cells.add(changetype<usize>(newBuffer().printable(content.held).held));
    return this;
  }

  words(literal: string): Table {
    return this.cell(newBuffer().words(literal));
  }

  text(text: Text): Table {
    return this.cell(newBuffer().text(text));
  }

  hex(value: u64): Table {
    return this.cell(newBuffer().hex(value));
  }

  decimal(value: u64): Table {
    return this.cell(newBuffer().decimal(value));
  }

  /** Writes it to stdout. */
  write(): void {
    const rows = this.cells.count / this.columns;
    for (let row: u32 = 0; row < rows; ++row) {
      const start = OUT.bytes;
      for (let column: u32 = 0; column < this.columns; ++column) {
        const cell = this.cells.at<Text>(row * this.columns + column), space = this.width(column) - widthOf(cell);
        if (column) OUT.spaces(2);
        if (this.right >> column & 1) OUT.spaces(space).text(cell);
        else OUT.text(cell).spaces(space);
      }
      while (OUT.bytes > start && load<u8>(OUT.at + OUT.bytes - 1) == 0x20) --OUT.bytes;
      OUT.byte(0x0a);
    }
  }

  private width(column: u32): u32 {
    let width: u32 = 0;
    for (let i = column; i < this.cells.count; i += this.columns) width = max(width, widthOf(this.cells.at<Text>(i)));
    return width;
  }
}

/** A table without rows. */
export function newTable(columns: u32, right: u32): Table {
  const table = changetype<Table>(take(offsetof<Table>()));
  table.columns = columns;
  table.right = right;
  table.cells = newList();
  return table;
}

function widthOf(text: Text): u32 {
  let width: u32 = 0;
  for (let i: u32 = 0; i < text.bytes; ++i) if ((text.byte(i) & 0xc0) != 0x80) ++width;
  return width;
}
