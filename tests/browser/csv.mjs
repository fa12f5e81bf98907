// RFC 4180, written apart from the server's writer so that the two can disagree.
export function parse(text) {
  const rows = [];
  let row = [];
  const cell = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r?\n|$)/gy;
  while (cell.lastIndex < text.length) {
    const at = cell.lastIndex;
    const found = cell.exec(text);
    if (found === null) throw new Error(`not CSV at character ${at}: ${JSON.stringify(text.slice(at, at + 40))}`);
    const [, raw, end] = found;
    row.push(raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw);
    if (end === ",") continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
